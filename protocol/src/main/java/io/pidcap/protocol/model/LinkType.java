package io.pidcap.protocol.model;

/**
 * A {@code LINKTYPE_} value as capture files store it (libpcap's pcap-linktype(7)). libpcap's functions return {@code
 * DLT_} values, which are mostly, but not always, the same number.
 *
 * @param value 0 to 65535
 */
public record LinkType(int value) {
    public static final LinkType NULL = new LinkType(0);
    public static final LinkType ETHERNET = new LinkType(1);
    public static final LinkType RAW = new LinkType(101);
    public static final LinkType LOOP = new LinkType(108);
    public static final LinkType LINUX_SLL = new LinkType(113);
    public static final LinkType IPV4 = new LinkType(228);
    public static final LinkType IPV6 = new LinkType(229);
    public static final LinkType LINUX_SLL2 = new LinkType(276);

    /** The name without its prefix, as {@code tcpdump -L} prints it; {@code LINKTYPE n} for one without a name here. */
    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NULL";
            case 1 -> "EN10MB";
            case 101 -> "RAW";
            case 108 -> "LOOP";
            case 113 -> "LINUX_SLL";
            case 228 -> "IPV4";
            case 229 -> "IPV6";
            case 276 -> "LINUX_SLL2";
            default -> "LINKTYPE " + value;
        };
    }
}
