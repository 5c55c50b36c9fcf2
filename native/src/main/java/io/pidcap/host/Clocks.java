package io.pidcap.host;

import io.pidcap.protocol.model.ObservedTime;
import java.time.Instant;

/**
 * Reads the host's two clocks. {@code System.nanoTime} is CLOCK_MONOTONIC in HotSpot on Linux and the performance counter
 * on Windows, the same for all processes of a host; {@code Instant.now} is the clock that stamps packets.
 */
public final class Clocks {
    /** Readings further apart than this were interrupted by something and are taken again. */
    private static final long CLOSE_ENOUGH_NANOS = 5_000;

    private static final int MOST_TRIES = 5;

    private Clocks() {}

    /** Both clocks at one instant; if no reading is undisturbed, the least disturbed of a few. */
    public static ObservedTime read() {
        long bestWidth = Long.MAX_VALUE;
        long monotonicNanos = 0;
        Instant wall = Instant.EPOCH;
        for (int i = 0; i < MOST_TRIES && bestWidth > CLOSE_ENOUGH_NANOS; i++) {
            long before = System.nanoTime();
            Instant between = Instant.now();
            long width = System.nanoTime() - before;
            if (width < bestWidth) {
                bestWidth = width;
                monotonicNanos = before + width / 2;
                wall = between;
            }
        }
        return new ObservedTime(monotonicNanos, wall.getEpochSecond() * 1_000_000_000L + wall.getNano());
    }
}
