package io.pidcap.host.windows.win32;

/** FILETIME: steps of 100 ns since 1601-01-01 UTC (minwinbase.h). */
public final class FileTime {
    private static final long STEPS_UNTIL_1970 = 116_444_736_000_000_000L;
    private static final long NANOS_PER_STEP = 100;

    private FileTime() {}

    /** Nanoseconds since 1970; 0, which says that a time is not known, stays 0. What is beyond a long is its limit. */
    public static long toEpochNanos(long fileTime) {
        if (fileTime == 0) {
            return 0;
        }
        long steps = fileTime - STEPS_UNTIL_1970;
        if (steps > Long.MAX_VALUE / NANOS_PER_STEP) {
            return Long.MAX_VALUE;
        }
        return steps < Long.MIN_VALUE / NANOS_PER_STEP ? Long.MIN_VALUE : steps * NANOS_PER_STEP;
    }

    /** What {@link #toEpochNanos} was made of; 0 stays 0. */
    public static long ofEpochNanos(long epochNanos) {
        return epochNanos == 0 ? 0 : epochNanos / NANOS_PER_STEP + STEPS_UNTIL_1970;
    }
}
