package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.PacketBytes.u16;
import static io.pidcap.coordinator.packet.PacketBytes.u8;

import io.pidcap.coordinator.packet.PacketEndpoints.Direction;
import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.protocol.model.TransportProtocol;
import java.nio.ByteBuffer;

/**
 * Reads what follows the IP headers: ports (TCP RFC 9293, UDP RFC 768, SCTP RFC 9260, UDP-Lite RFC 3828), ICMP (RFC 792)
 * and ICMPv6 (RFC 4443). Any other protocol has no ports.
 */
final class TransportParser {
    private static final int TCP_FLAGS_OFFSET = 13;
    private static final int TCP_SYN = 0x02;
    private static final int ICMP_HEADER_BYTES = 8;

    private TransportParser() {}

    static void transport(int protocol, ByteBuffer bytes, int offset, int end, int declaredEnd, PacketEndpoints into) {
        switch (protocol) {
            case TransportProtocol.ICMP -> icmp(bytes, offset, end, declaredEnd, into);
            case TransportProtocol.ICMPV6 -> icmpv6(bytes, offset, end, declaredEnd, into);
            default -> {
                if (TransportProtocol.hasPorts(protocol)) {
                    ports(protocol, bytes, offset, end, declaredEnd, into);
                }
            }
        }
    }

    /** True, with the cause set, if fewer than {@code count} bytes are there: not captured, or not in the packet. */
    static boolean isShort(int offset, int count, int end, int declaredEnd, PacketEndpoints into) {
        if (declaredEnd - offset < count) {
            into.cause = UnknownCause.MALFORMED;
            return true;
        }
        if (end - offset < count) {
            into.cause = UnknownCause.TRUNCATED;
            return true;
        }
        return false;
    }

    private static void ports(
            int protocol, ByteBuffer bytes, int offset, int end, int declaredEnd, PacketEndpoints into) {
        if (isShort(offset, 4, end, declaredEnd, into)) {
            return;
        }
        into.sourcePort = u16(bytes, offset);
        into.destinationPort = u16(bytes, offset + 2);
        if (protocol == TransportProtocol.TCP && end - offset > TCP_FLAGS_OFFSET) {
            into.opensTcp = (u8(bytes, offset + TCP_FLAGS_OFFSET) & TCP_SYN) != 0;
        }
    }

    private static void icmp(ByteBuffer bytes, int offset, int end, int declaredEnd, PacketEndpoints into) {
        if (isShort(offset, ICMP_HEADER_BYTES, end, declaredEnd, into)) {
            return;
        }
        switch (u8(bytes, offset)) {
            case 8 -> echoRequest(u16(bytes, offset + 4), into);
            case 0 -> echoReply(u16(bytes, offset + 4), into);
            // Unreachable, source quench, redirect, time exceeded, parameter problem.
            case 3, 4, 5, 11, 12 -> {
                if (!into.quoted) {
                    quoted(4, bytes, offset, end, declaredEnd, into);
                }
            }
            default -> {}
        }
    }

    private static void icmpv6(ByteBuffer bytes, int offset, int end, int declaredEnd, PacketEndpoints into) {
        if (isShort(offset, ICMP_HEADER_BYTES, end, declaredEnd, into)) {
            return;
        }
        switch (u8(bytes, offset)) {
            case 128 -> echoRequest(u16(bytes, offset + 4), into);
            case 129 -> echoReply(u16(bytes, offset + 4), into);
            // Unreachable, too big, time exceeded, parameter problem.
            case 1, 2, 3, 4 -> {
                if (!into.quoted) {
                    quoted(6, bytes, offset, end, declaredEnd, into);
                }
            }
            // Multicast listener discovery (RFC 2710, RFC 3810), neighbour discovery and its redirect (RFC 4861).
            case 130, 131, 132, 135, 136, 137, 143 -> {
                into.sourceCanOwn = false;
                into.destinationCanOwn = false;
            }
            default -> {}
        }
    }

    /** The one that is asked answers in its kernel. */
    private static void echoRequest(int identifier, PacketEndpoints into) {
        into.sourcePort = identifier;
        into.destinationCanOwn = false;
    }

    private static void echoReply(int identifier, PacketEndpoints into) {
        into.destinationPort = identifier;
        into.sourceCanOwn = false;
    }

    /** The quoted packet begins behind the eight bytes of the error and is cut off by its sender. */
    private static void quoted(
            int version, ByteBuffer bytes, int offset, int end, int declaredEnd, PacketEndpoints into) {
        into.quoted = true;
        // What is known of the error itself says nothing of the packet that it quotes.
        into.part = Part.WHOLE;
        into.linkGroup = false;
        into.direction = Direction.UNKNOWN;
        int quoteEnd = Math.min(end, declaredEnd);
        if (version == 4) {
            IpParser.ipv4(bytes, offset + ICMP_HEADER_BYTES, quoteEnd, into);
        } else {
            IpParser.ipv6(bytes, offset + ICMP_HEADER_BYTES, quoteEnd, into);
        }
    }
}
