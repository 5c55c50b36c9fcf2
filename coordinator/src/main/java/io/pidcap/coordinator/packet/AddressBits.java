package io.pidcap.coordinator.packet;

/** Questions about an address given as the two halves of an {@link io.pidcap.protocol.model.IpAddress}. */
public final class AddressBits {
    private static final long MAPPED_PREFIX = 0xffff_0000_0000L;

    private AddressBits() {}

    /** The low half of an IPv4 address; 0, as {@code IpAddress.ANY} has it, for 0.0.0.0. */
    public static long ofIpv4(int address) {
        return address == 0 ? 0 : MAPPED_PREFIX | Integer.toUnsignedLong(address);
    }

    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    public static boolean isUnspecified(long high, long low) {
        return high == 0 && low == 0;
    }

    /** In 127.0.0.0/8, or ::1. */
    public static boolean isLoopback(long high, long low) {
        return high == 0 && (low == 1 || low >>> 24 == 0xffff_7fL);
    }

    /** In 224.0.0.0/4 or ff00::/8. */
    public static boolean isMulticast(long high, long low) {
        return isIpv4(high, low) ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    /** 255.255.255.255. */
    public static boolean isLimitedBroadcast(long high, long low) {
        return high == 0 && low == 0xffff_ffff_ffffL;
    }
}
