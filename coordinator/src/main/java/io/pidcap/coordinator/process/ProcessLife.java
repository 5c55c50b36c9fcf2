package io.pidcap.coordinator.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Whether a process has ended that is not a child of this one. {@link ProcessHandle} alone takes one for alive that nobody
 * has waited for, a zombie: a container whose first process waits for none is full of them.
 */
public final class ProcessLife {
    private static final long POLL_MILLIS = 10;
    /** For days, where nobody waits for the answer. */
    private static final long WATCH_MILLIS = 100;

    private ProcessLife() {}

    public static boolean isRunning(ProcessHandle process) {
        return process.isAlive()
                && ProcessStat.read(process.pid()).filter(ProcessStat::hasEnded).isEmpty();
    }

    /** @return false: it still runs after that time */
    public static boolean awaitEnd(ProcessHandle process, Duration atMost) throws InterruptedException {
        return awaitEnd(process, atMost.toNanos(), POLL_MILLIS);
    }

    private static boolean awaitEnd(ProcessHandle process, long mostNanos, long pollMillis)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (isRunning(process)) {
            if (System.nanoTime() - begin >= mostNanos) {
                return false;
            }
            Thread.sleep(pollMillis);
        }
        return true;
    }

    /** Completes when it has ended, on a thread that keeps no JVM from its end. */
    public static CompletableFuture<Boolean> onEnd(ProcessHandle process) {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread watcher = new Thread(
                () -> {
                    try {
                        ended.complete(awaitEnd(process, Long.MAX_VALUE, WATCH_MILLIS));
                    } catch (InterruptedException e) {
                        ended.completeExceptionally(e);
                    }
                },
                "end-of-" + process.pid());
        watcher.setDaemon(true);
        watcher.start();
        return ended;
    }
}
