package io.pidcap.capture;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets the coordinator decide when SIGINT, SIGTERM or SIGHUP comes. A terminal sends Ctrl-C to every process of the
 * foreground group, and a worker that ended by itself would take the last packets with it. So the JVM's shutdown, once
 * begun by a signal, waits for the worker's ordinary end; if the coordinator does not ask for that in time, the guard does.
 */
final class SignalGuard {
    private static final long COORDINATOR_MILLIS = 5_000;
    private static final long END_MILLIS = 10_000;

    private final CommandQueue queue;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile ExitCode exitCode = ExitCode.FAILED;

    SignalGuard(CommandQueue queue) {
        this.queue = queue;
    }

    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::awaitEnd, "signal-guard"));
    }

    /** The worker has come to its end and may be shut down. */
    void release(ExitCode code) {
        exitCode = code;
        ended.countDown();
    }

    private void awaitEnd() {
        if (ended.getCount() == 0) {
            return;
        }
        try {
            if (!ended.await(COORDINATOR_MILLIS, TimeUnit.MILLISECONDS)) {
                queue.post(CaptureWorker::stopAfterSignal);
                ended.await(END_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // The status of a signal's shutdown would be 128 and its number, which reads as a crash.
        Runtime.getRuntime().halt(exitCode.status());
    }
}
