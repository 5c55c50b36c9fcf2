package io.pidcap.it.support;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a deadline. */
public final class Await {
    private static final long DEADLINE_SECONDS = 30;
    private static final long LOOK_EVERY_MILLIS = 20;

    private Await() {}

    /** Something to look at; what it throws ends the waiting. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    public static void until(String what, Condition condition) {
        until(what, DEADLINE_SECONDS, condition);
    }

    public static void until(String what, long deadlineSeconds, Condition condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(deadlineSeconds);
        try {
            while (!condition.holds()) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("not within " + deadlineSeconds + " s: " + what);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("while waiting: " + what, e);
        }
    }
}
