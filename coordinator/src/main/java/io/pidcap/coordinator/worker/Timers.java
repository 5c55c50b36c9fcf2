package io.pidcap.coordinator.worker;

/** Deadlines of an owner thread. */
public interface Timers {
    /** Runs {@code action} on the owner's thread after {@code delayMillis}, unless it is cancelled before. */
    Timer after(long delayMillis, Runnable action);

    /** A deadline that is being waited for. */
    interface Timer {
        /** Idempotent; does nothing once the action ran. Owner's thread only. */
        void cancel();
    }
}
