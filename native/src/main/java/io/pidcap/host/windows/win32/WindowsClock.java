package io.pidcap.host.windows.win32;

import com.sun.jna.Native;
import com.sun.jna.ptr.LongByReference;
import io.pidcap.host.HostClock;
import io.pidcap.host.SystemClock;
import io.pidcap.protocol.model.ObservedTime;

/**
 * The host's clocks by calls of Windows: its precise system time, since {@code Instant.now} may go in steps of
 * milliseconds there, and its performance counter, with which WinDivert stamps. One thread at a time.
 */
public final class WindowsClock implements HostClock {
    /** Readings further apart than this were interrupted by something and are taken again. */
    private static final long CLOSE_ENOUGH_NANOS = 5_000;

    private static final int MOST_TRIES = 5;
    private static final long MOST_SECONDS = 100L * 366 * 86_400;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Kernel32Library kernel32 = Win32.kernel32();
    private final SystemClock java = new SystemClock();
    private final LongByReference counter = new LongByReference();
    private final LongByReference fileTime = new LongByReference();
    private final long ticksPerSecond = frequency();

    private long frequency() {
        LongByReference frequency = new LongByReference();
        boolean answered = kernel32.QueryPerformanceFrequency(frequency) != 0;
        if (!answered || frequency.getValue() <= 0) {
            throw Win32.failure("ask for the frequency of the performance counter", Native.getLastError(), "");
        }
        return frequency.getValue();
    }

    /** All clocks at one instant; if no reading is undisturbed, the least disturbed of a few. */
    public ClockReading read() {
        long bestWidth = Long.MAX_VALUE;
        ClockReading best = new ClockReading(0, new ObservedTime(0, 0));
        for (int i = 0; i < MOST_TRIES && bestWidth > CLOSE_ENOUGH_NANOS; i++) {
            long before = System.nanoTime();
            kernel32.QueryPerformanceCounter(counter);
            kernel32.GetSystemTimePreciseAsFileTime(fileTime);
            long width = System.nanoTime() - before;
            if (width < bestWidth) {
                bestWidth = width;
                long epochNanos = FileTime.toEpochNanos(fileTime.getValue());
                best = new ClockReading(counter.getValue(), new ObservedTime(before + width / 2, epochNanos));
            }
        }
        return best;
    }

    public long ticksPerSecond() {
        return ticksPerSecond;
    }

    /** The nanoseconds of so many ticks; exact but for the division's rest. More than a century is a century. */
    public long nanos(long ticks) {
        long seconds = Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, ticks / ticksPerSecond));
        return seconds * NANOS_PER_SECOND + ticks % ticksPerSecond * NANOS_PER_SECOND / ticksPerSecond;
    }

    @Override
    public ObservedTime now() {
        return read().time();
    }

    @Override
    public void sleepUntil(long monotonicNanos) {
        java.sleepUntil(monotonicNanos);
    }
}
