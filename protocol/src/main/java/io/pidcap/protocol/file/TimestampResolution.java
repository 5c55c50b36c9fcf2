package io.pidcap.protocol.file;

import java.math.BigInteger;

/**
 * What a number in a packet's time means.
 *
 * @param tsresol {@code if_tsresol}: negative power of 10, or of 2 where the highest bit is set
 * @param offsetSeconds {@code if_tsoffset}
 */
record TimestampResolution(int tsresol, long offsetSeconds) {
    private static final int BASE_TWO = 0x80;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int NANO_DIGITS = 9;
    private static final int MICRO_DIGITS = 6;
    /** 2^-20 is the first power of two below a millionth. */
    private static final int MICROSECOND_BITS = 20;

    /** Cut to nanoseconds; wraps for times that a long of nanoseconds does not hold, as hostile files have. */
    long epochNanos(long ticks) {
        return offsetSeconds * NANOS_PER_SECOND + nanos(ticks);
    }

    boolean finerThanMicroseconds() {
        return (tsresol & BASE_TWO) == 0 ? tsresol > MICRO_DIGITS : (tsresol & ~BASE_TWO) >= MICROSECOND_BITS;
    }

    private long nanos(long ticks) {
        if ((tsresol & BASE_TWO) != 0) {
            int shift = tsresol & ~BASE_TWO;
            return unsigned(ticks)
                    .multiply(BigInteger.valueOf(NANOS_PER_SECOND))
                    .shiftRight(shift)
                    .longValue();
        }
        if (tsresol <= NANO_DIGITS) {
            return ticks * pow10(NANO_DIGITS - tsresol);
        }
        int excess = tsresol - NANO_DIGITS;
        return excess > 18 ? 0 : Long.divideUnsigned(ticks, pow10(excess));
    }

    private static BigInteger unsigned(long ticks) {
        BigInteger high = BigInteger.valueOf(ticks >>> 1).shiftLeft(1);
        return high.add(BigInteger.valueOf(ticks & 1));
    }

    private static long pow10(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
