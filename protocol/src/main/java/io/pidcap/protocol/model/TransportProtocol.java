package io.pidcap.protocol.model;

/** IP protocol numbers (IANA, "Assigned Internet Protocol Numbers") that pidcap treats by name. */
public final class TransportProtocol {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;
    public static final int SCTP = 132;
    public static final int UDP_LITE = 136;

    private TransportProtocol() {}

    /** A short lower-case name; the number's digits for a protocol without one here. */
    public static String name(int protocol) {
        return switch (protocol) {
            case ICMP -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMPV6 -> "icmp6";
            case SCTP -> "sctp";
            case UDP_LITE -> "udplite";
            default -> Integer.toString(protocol);
        };
    }

    /** True where the transport header begins with a source and a destination port. */
    public static boolean hasPorts(int protocol) {
        return protocol == TCP || protocol == UDP || protocol == SCTP || protocol == UDP_LITE;
    }
}
