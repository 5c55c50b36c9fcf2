package io.pidcap.protocol.model;

/**
 * An IPv4 or IPv6 address in 128 bits, network order. An IPv4 address is held as its IPv4-mapped form
 * ({@code ::ffff:a.b.c.d}), so both spellings of it are equal; {@code 0.0.0.0} and {@code ::} are both {@link #ANY}.
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record IpAddress(long high, long low) {
    private static final long MAPPED_PREFIX = 0xffff_0000_0000L;
    private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

    /** The unspecified address: a bound socket without an address of its own, or no remote end. */
    public static final IpAddress ANY = new IpAddress(0, 0);

    public IpAddress {
        if (high == 0 && low == MAPPED_PREFIX) {
            low = 0;
        }
    }

    /** Addresses asked for lately: a hundred thousand flows have few, and share theirs. */
    private static final IpAddress[] RECENT = new IpAddress[1024];

    /** The same as the constructor's, but one object for what is asked for again and again. Any thread. */
    public static IpAddress of(long high, long low) {
        if (high == 0 && (low == 0 || low == MAPPED_PREFIX)) {
            return ANY;
        }
        int slot = (int) (((high * 31 + low) * 0x9e37_79b9_7f4a_7c15L) >>> 54);
        IpAddress recent = RECENT[slot];
        if (recent == null || recent.high != high || recent.low != low) {
            recent = new IpAddress(high, low);
            RECENT[slot] = recent;
        }
        return recent;
    }

    /** The address of four bytes in network order, {@code 0x7f000001} being 127.0.0.1. */
    public static IpAddress ofIpv4(int address) {
        return of(0, MAPPED_PREFIX | Integer.toUnsignedLong(address));
    }

    /**
     * The address of 4 or 16 bytes in network order.
     *
     * @throws IllegalArgumentException for any other length
     */
    public static IpAddress ofBytes(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> ofIpv4((int) bigEndian(bytes, 0, 4));
            case 16 -> of(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    private static long bigEndian(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = (value << 8) | (bytes[offset + i] & 0xff);
        }
        return value;
    }

    public boolean isIpv4() {
        return high == 0 && (low & MAPPED_MASK) == MAPPED_PREFIX;
    }

    public boolean isAny() {
        return high == 0 && low == 0;
    }

    /** In 127.0.0.0/8, or ::1. */
    public boolean isLoopback() {
        return isIpv4() ? (low >>> 24 & 0xff) == 127 : high == 0 && low == 1;
    }

    /** In 224.0.0.0/4 or ff00::/8. */
    public boolean isMulticast() {
        return isIpv4() ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    /** 4 bytes for an IPv4 address, otherwise 16 ({@link #ANY} too), in network order. */
    public byte[] toBytes() {
        int length = isIpv4() ? 4 : 16;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int fromEnd = length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> (8 * fromEnd) : high >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    /** The usual text (RFC 5952 for IPv6); {@link #ANY} is {@code *}. */
    @Override
    public String toString() {
        if (isAny()) {
            return "*";
        }
        if (isIpv4()) {
            return ((low >>> 24) & 0xff) + "." + ((low >>> 16) & 0xff) + "." + ((low >>> 8) & 0xff) + "."
                    + (low & 0xff);
        }
        return ipv6Text();
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (16 * (3 - index % 4))) & 0xffff;
    }

    /** With the first of the longest runs of at least two zero groups as {@code ::}. */
    private String ipv6Text() {
        int runStart = -1;
        int runLength = 1;
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && group(end) == 0) {
                end++;
            }
            if (end - start > runLength) {
                runStart = start;
                runLength = end - start;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < 8; index++) {
            if (index == runStart) {
                text.append("::");
                index += runLength - 1;
            } else {
                boolean first = index == 0 || (runStart >= 0 && index == runStart + runLength);
                text.append(first ? "" : ":").append(Integer.toHexString(group(index)));
            }
        }
        return text.toString();
    }
}
