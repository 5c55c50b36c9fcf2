package io.pidcap.host.linux;

import io.pidcap.protocol.model.ObservedTime;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** {@code System.nanoTime} is CLOCK_MONOTONIC in HotSpot on Linux, {@code Instant.now} CLOCK_REALTIME in nanoseconds. */
final class SystemClock implements HostClock {
    /** Two readings further apart than this were interrupted by something and are taken again. */
    private static final long CLOSE_ENOUGH_NANOS = 20_000;

    private static final int MOST_TRIES = 5;

    @Override
    public ObservedTime now() {
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

    @Override
    public void sleepUntil(long monotonicNanos) {
        long left = monotonicNanos - System.nanoTime();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = monotonicNanos - System.nanoTime();
        }
    }
}
