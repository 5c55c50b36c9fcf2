package io.pidcap.event;

import io.pidcap.host.windows.WindowsBackend;

/** The program as it runs on Windows, but for what lies below its binding: the libraries are the stand-ins. */
final class WindowsEventWorkerMain {
    private WindowsEventWorkerMain() {}

    public static void main(String[] arguments) {
        EventWorkerMain.work(arguments, WindowsBackend::new);
    }
}
