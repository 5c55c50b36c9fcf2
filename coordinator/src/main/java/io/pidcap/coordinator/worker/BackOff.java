package io.pidcap.coordinator.worker;

/**
 * How long to wait before the next try, and when to give up. One owner thread.
 *
 * <p>The count begins anew once a run has lasted {@link #HEALTHY_MILLIS}: a worker that dies once a day is restarted
 * for ever, one that dies at once is not.
 */
final class BackOff {
    static final int MOST_TRIES = 5;
    static final long HEALTHY_MILLIS = 30_000;
    private static final long FIRST_DELAY_MILLIS = 100;

    private int failures;

    /** Another run ended that should not have. */
    void failed(long livedMillis) {
        failures = livedMillis >= HEALTHY_MILLIS ? 1 : failures + 1;
    }

    /** Asked for by the user: says nothing about the worker's health. */
    void reset() {
        failures = 0;
    }

    boolean isHopeless() {
        return failures >= MOST_TRIES;
    }

    int failures() {
        return failures;
    }

    /** 100 ms, then twice as long each time. */
    long delayMillis() {
        return FIRST_DELAY_MILLIS << Math.max(0, failures - 1);
    }
}
