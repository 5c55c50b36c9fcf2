package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.PacketBytes.i32;
import static io.pidcap.coordinator.packet.PacketBytes.u16;
import static io.pidcap.coordinator.packet.PacketBytes.u8;

import io.pidcap.coordinator.packet.PacketEndpoints.Direction;
import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;

/**
 * Reads the link layer, hands over to {@link IpParser}, and never throws for bytes that it does not understand. Holds no
 * state: any number of threads may share it.
 *
 * <p>Formats: pcap-linktype(7) and the pages that it names; IEEE 802.1Q and 802.1ad for VLAN tags.
 */
public final class PacketEndpointParser {
    private static final int ETHER_IPV4 = 0x0800;
    private static final int ETHER_IPV6 = 0x86dd;
    private static final int ETHER_VLAN = 0x8100;
    private static final int ETHER_QINQ = 0x88a8;
    private static final int ETHER_QINQ_OLD = 0x9100;

    private static final int ETHERNET_HEADER_BYTES = 14;
    private static final int SLL_HEADER_BYTES = 16;
    private static final int SLL2_HEADER_BYTES = 20;
    private static final int VLAN_TAG_BYTES = 4;
    /** ARPHRD_NETLINK of if_arp.h: the protocol field holds a netlink family, which may look like an EtherType. */
    private static final int ARPHRD_NETLINK = 824;

    private static final int AF_INET = 2;

    private PacketEndpointParser() {}

    /** True where {@link #parse} can read packets of this link type. */
    public static boolean isSupported(LinkType linkType) {
        return switch (linkType.value()) {
            case 0, 1, 101, 108, 113, 228, 229, 276 -> true;
            default -> false;
        };
    }

    /**
     * Reads one packet.
     *
     * @param bytes is not changed; its position, limit and byte order play no part
     * @param offset of the packet's first byte
     * @param capturedLength how many bytes of it there are
     * @param into overwritten
     */
    public static void parse(
            LinkType linkType, ByteBuffer bytes, int offset, int capturedLength, PacketEndpoints into) {
        into.reset();
        int end = offset + capturedLength;
        switch (linkType.value()) {
            case 1 -> ethernet(bytes, offset, end, into);
            case 113 -> cooked(bytes, offset, end, into);
            case 276 -> cookedVersion2(bytes, offset, end, into);
            case 101 -> raw(bytes, offset, end, into);
            case 228 -> IpParser.ipv4(bytes, offset, end, into);
            case 229 -> IpParser.ipv6(bytes, offset, end, into);
            case 0, 108 -> loopback(bytes, offset, end, into);
            default -> into.cause = UnknownCause.UNSUPPORTED_LINK_TYPE;
        }
    }

    private static void ethernet(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < ETHERNET_HEADER_BYTES) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        into.linkGroup = (u8(bytes, offset) & 1) != 0;
        network(u16(bytes, offset + 12), bytes, offset + ETHERNET_HEADER_BYTES, end, into);
    }

    /** LINKTYPE_LINUX_SLL: packet type, ARPHRD type, address length, address (8), protocol. */
    private static void cooked(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < SLL_HEADER_BYTES) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        cookedPacketType(u16(bytes, offset), into);
        if (u16(bytes, offset + 2) == ARPHRD_NETLINK) {
            into.cause = UnknownCause.NOT_IP;
            return;
        }
        network(u16(bytes, offset + 14), bytes, offset + SLL_HEADER_BYTES, end, into);
    }

    /** LINKTYPE_LINUX_SLL2: protocol, reserved (2), interface (4), ARPHRD type, packet type (1), length (1), address. */
    private static void cookedVersion2(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < SLL2_HEADER_BYTES) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        cookedPacketType(u8(bytes, offset + 10), into);
        if (u16(bytes, offset + 8) == ARPHRD_NETLINK) {
            into.cause = UnknownCause.NOT_IP;
            return;
        }
        network(u16(bytes, offset), bytes, offset + SLL2_HEADER_BYTES, end, into);
    }

    /** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2, PACKET_OTHERHOST 3, PACKET_OUTGOING 4 of if_packet.h. */
    private static void cookedPacketType(int packetType, PacketEndpoints into) {
        into.linkGroup = packetType == 1 || packetType == 2;
        into.direction = packetType == 4 ? Direction.OUTGOING : Direction.INCOMING;
    }

    private static void network(int etherType, ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        int type = etherType;
        int at = offset;
        while (type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD) {
            if (end - at < VLAN_TAG_BYTES) {
                into.cause = UnknownCause.TRUNCATED;
                return;
            }
            type = u16(bytes, at + 2);
            at += VLAN_TAG_BYTES;
        }
        switch (type) {
            case ETHER_IPV4 -> IpParser.ipv4(bytes, at, end, into);
            case ETHER_IPV6 -> IpParser.ipv6(bytes, at, end, into);
            default -> into.cause = UnknownCause.NOT_IP;
        }
    }

    private static void raw(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < 1) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        switch (u8(bytes, offset) >>> 4) {
            case 4 -> IpParser.ipv4(bytes, offset, end, into);
            case 6 -> IpParser.ipv6(bytes, offset, end, into);
            default -> into.cause = UnknownCause.MALFORMED;
        }
    }

    /**
     * LINKTYPE_NULL has the address family in the byte order of the machine that captured, LINKTYPE_LOOP in network
     * order. No family is large, so the order can be told by looking.
     */
    private static void loopback(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < 4) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        int family = i32(bytes, offset);
        if ((family & 0xffff_0000) != 0) {
            family = Integer.reverseBytes(family);
        }
        switch (family) {
            case AF_INET -> IpParser.ipv4(bytes, offset + 4, end, into);
            // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
            case 10, 23, 24, 28, 30 -> IpParser.ipv6(bytes, offset + 4, end, into);
            default -> into.cause = UnknownCause.NOT_IP;
        }
    }
}
