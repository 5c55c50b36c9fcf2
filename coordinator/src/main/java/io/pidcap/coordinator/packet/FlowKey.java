package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.PacketBytes.i32;
import static io.pidcap.coordinator.packet.PacketBytes.i64;
import static io.pidcap.coordinator.packet.PacketBytes.u16;
import static io.pidcap.coordinator.packet.PacketBytes.u8;

import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.TransportProtocol;
import java.nio.ByteBuffer;

/**
 * The ends of a plain packet in five numbers: packets of equal keys have equal {@link PacketEndpoints}. Plain is what
 * nearly every packet is: TCP or UDP in one whole IP packet without options or extension headers, over Ethernet, Linux
 * cooked or nothing. For all others there is no key, and {@link PacketEndpointParser} must look. Filled again for each
 * packet.
 */
public final class FlowKey {
    private static final int ETHER_IPV4 = 0x0800;
    private static final int ETHER_IPV6 = 0x86dd;
    private static final int ARPHRD_NETLINK = 824;

    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int PORTS_BYTES = 4;
    /** TCP up to its flags; a plain UDP packet is as long as this, too, where it was not cut off. */
    private static final int TRANSPORT_BYTES = 14;

    private static final int IPV4_WITHOUT_OPTIONS = 0x45;
    private static final int MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
    private static final int TCP_FLAGS_OFFSET = 13;
    private static final int TCP_SYN = 2;
    private static final int NONE = -1;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private long rest;

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /** Ports, protocol, whom the link layer addressed, SYN. */
    public long rest() {
        return rest;
    }

    /**
     * Reads one packet as {@link PacketEndpointParser#parse} does.
     *
     * @return false: it is not plain, and this key means nothing
     */
    public boolean read(LinkType linkType, ByteBuffer bytes, int offset, int capturedLength) {
        int end = offset + capturedLength;
        return switch (linkType.value()) {
            case 1 ->
                capturedLength >= 14
                        && network(u16(bytes, offset + 12), bytes, offset + 14, end, u8(bytes, offset) & 1);
            case 113 ->
                capturedLength >= 16
                        && u16(bytes, offset + 2) != ARPHRD_NETLINK
                        && network(u16(bytes, offset + 14), bytes, offset + 16, end, u16(bytes, offset));
            case 276 ->
                capturedLength >= 20
                        && u16(bytes, offset + 8) != ARPHRD_NETLINK
                        && network(u16(bytes, offset), bytes, offset + 20, end, u8(bytes, offset + 10));
            case 101 -> capturedLength >= 1 && network(etherType(u8(bytes, offset) >>> 4), bytes, offset, end, 0);
            default -> false;
        };
    }

    private static int etherType(int ipVersion) {
        return ipVersion == 4 ? ETHER_IPV4 : ipVersion == 6 ? ETHER_IPV6 : NONE;
    }

    private boolean network(int etherType, ByteBuffer bytes, int at, int end, int link) {
        if (etherType == ETHER_IPV4) {
            return ipv4(bytes, at, end, link);
        }
        return etherType == ETHER_IPV6 && ipv6(bytes, at, end, link);
    }

    private boolean ipv4(ByteBuffer bytes, int at, int end, int link) {
        if (end - at < IPV4_HEADER_BYTES + TRANSPORT_BYTES) {
            return false;
        }
        long first = i64(bytes, at);
        int declaredBytes = (int) (first >>> 32) & 0xffff;
        long ends = i64(bytes, at + 12);
        // Whether 0.0.0.0 is this host depends on more than the ends.
        boolean plain = first >>> 56 == IPV4_WITHOUT_OPTIONS
                && (first & MORE_FRAGMENTS_OR_OFFSET) == 0
                && (declaredBytes >= IPV4_HEADER_BYTES + PORTS_BYTES || declaredBytes == 0)
                && ends >>> 32 != 0;
        if (!plain) {
            return false;
        }
        sourceHigh = 0;
        sourceLow = AddressBits.ofIpv4((int) (ends >>> 32));
        destinationHigh = 0;
        destinationLow = AddressBits.ofIpv4((int) ends);
        return transport(u8(bytes, at + 9), bytes, at + IPV4_HEADER_BYTES, link);
    }

    private boolean ipv6(ByteBuffer bytes, int at, int end, int link) {
        if (end - at < IPV6_HEADER_BYTES + TRANSPORT_BYTES) {
            return false;
        }
        int payloadBytes = u16(bytes, at + 4);
        sourceHigh = i64(bytes, at + 8);
        sourceLow = IpParser.normalLow(sourceHigh, i64(bytes, at + 16));
        destinationHigh = i64(bytes, at + 24);
        destinationLow = IpParser.normalLow(destinationHigh, i64(bytes, at + 32));
        return u8(bytes, at) >>> 4 == 6
                && (payloadBytes >= PORTS_BYTES || payloadBytes == 0)
                && !AddressBits.isUnspecified(sourceHigh, sourceLow)
                && transport(u8(bytes, at + 6), bytes, at + IPV6_HEADER_BYTES, link);
    }

    private boolean transport(int protocol, ByteBuffer bytes, int at, int link) {
        int syn = 0;
        if (protocol == TransportProtocol.TCP) {
            syn = u8(bytes, at + TCP_FLAGS_OFFSET) & TCP_SYN;
        } else if (protocol != TransportProtocol.UDP) {
            return false;
        }
        rest = (long) i32(bytes, at) << 32 | (long) link << 16 | (long) protocol << 8 | syn;
        return true;
    }
}
