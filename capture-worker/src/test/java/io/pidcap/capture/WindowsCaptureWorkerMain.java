package io.pidcap.capture;

import io.pidcap.host.windows.WindowsBackend;

/** The program as it runs on Windows, but for what lies below its binding: the libraries are the stand-ins. */
final class WindowsCaptureWorkerMain {
    private WindowsCaptureWorkerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        CaptureWorkerMain.work(arguments, WindowsBackend::new);
    }
}
