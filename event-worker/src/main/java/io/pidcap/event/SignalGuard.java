package io.pidcap.event;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a signal from tearing the worker down in the middle. Ctrl-C in a terminal reaches the coordinator and its
 * workers alike; the coordinator then stops them in order, so a worker first waits for that Stop and only without one
 * stops by itself. The JVM ends when its shutdown hooks have returned, and this is one.
 */
final class SignalGuard {
    private static final long WAIT_FOR_COORDINATOR_MILLIS = 5_000;
    private static final long WAIT_FOR_WORKER_MILLIS = 10_000;

    private final EventCommandHandler handler;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean working;
    private volatile int status;

    private SignalGuard(EventCommandHandler handler) {
        this.handler = handler;
    }

    static SignalGuard install(EventCommandHandler handler) {
        SignalGuard guard = new SignalGuard(handler);
        Runtime.getRuntime().addShutdownHook(new Thread(guard::guard, "signal-guard"));
        return guard;
    }

    /** From now on there is something to end in order. */
    void working() {
        working = true;
    }

    /** Ends the process with {@code exitCode}, whether a signal came before or not. */
    void exit(ExitCode exitCode) {
        status = exitCode.status();
        ended.countDown();
        System.exit(exitCode.status());
    }

    private void guard() {
        if (!working) {
            return;
        }
        try {
            if (!ended.await(WAIT_FOR_COORDINATOR_MILLIS, TimeUnit.MILLISECONDS)) {
                handler.requestStop("a signal came, and no Stop from the coordinator");
                if (!ended.await(WAIT_FOR_WORKER_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            // Otherwise the status would be the signal's, though the work was done to its end.
            Runtime.getRuntime().halt(status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
