package io.pidcap.coordinator.clock;

import io.pidcap.protocol.model.ObservedTime;
import org.jspecify.annotations.Nullable;

/**
 * A time in which the wall clock kept its distance from the monotonic clock. It began after the {@link #lastShown} of the
 * era before and not after its own {@link #firstShown}.
 */
final class ClockEra {
    /** Readings are this exact or better; a clock that is slewed gets a new era each time it has moved so far. */
    private static final long SAME_OFFSET_NANOS = 50_000;

    /** Wall clock less monotonic clock. */
    final long offsetNanos;
    /** Monotonic time of the first and the last reading that showed this distance. */
    long firstShown;

    long lastShown;

    @Nullable
    ClockEra next;

    ClockEra(ObservedTime reading, @Nullable ClockEra next) {
        this.offsetNanos = reading.epochNanos() - reading.monotonicNanos();
        this.firstShown = reading.monotonicNanos();
        this.lastShown = reading.monotonicNanos();
        this.next = next;
    }

    boolean shows(ObservedTime reading) {
        long offset = reading.epochNanos() - reading.monotonicNanos();
        return Math.abs(offset - offsetNanos) <= SAME_OFFSET_NANOS;
    }

    @Override
    public String toString() {
        return "offset " + offsetNanos + " [" + firstShown + ", " + lastShown + "]";
    }
}
