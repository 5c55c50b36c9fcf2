package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.PacketBytes.i32;
import static io.pidcap.coordinator.packet.PacketBytes.i64;
import static io.pidcap.coordinator.packet.PacketBytes.u16;
import static io.pidcap.coordinator.packet.PacketBytes.u8;

import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import java.nio.ByteBuffer;

/**
 * Reads IPv4 (RFC 791) and IPv6 (RFC 8200) headers up to the transport header.
 *
 * <p>A length of 0 in the header is not an error: it stands in packets that the kernel hands to the capture before they
 * are cut into segments (TSO, BIG TCP).
 */
final class IpParser {
    private static final int IPV6_FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;

    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int EXTENSION_BYTES = 8;

    private IpParser() {}

    static void ipv4(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < IPV4_HEADER_BYTES) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        int headerBytes = (u8(bytes, offset) & 0xf) * 4;
        int totalBytes = u16(bytes, offset + 2);
        if (u8(bytes, offset) >>> 4 != 4
                || headerBytes < IPV4_HEADER_BYTES
                || (totalBytes != 0 && totalBytes < headerBytes)) {
            into.cause = UnknownCause.MALFORMED;
            return;
        }
        into.sourceHigh = 0;
        into.sourceLow = AddressBits.ofIpv4(i32(bytes, offset + 12));
        into.destinationHigh = 0;
        into.destinationLow = AddressBits.ofIpv4(i32(bytes, offset + 16));
        into.protocol = u8(bytes, offset + 9);
        int declaredEnd = totalBytes == 0 ? Integer.MAX_VALUE : offset + totalBytes;
        int flagsAndOffset = u16(bytes, offset + 6);
        if ((flagsAndOffset & 0x3fff) != 0) {
            into.fragmentId = u16(bytes, offset + 4);
            into.fragmentProtocol = into.protocol;
            into.part = (flagsAndOffset & 0x1fff) == 0 ? Part.FIRST_FRAGMENT : Part.LATER_FRAGMENT;
        }
        if (into.part != Part.LATER_FRAGMENT) {
            upper(4, into.protocol, bytes, offset + headerBytes, end, declaredEnd, into);
        }
    }

    static void ipv6(ByteBuffer bytes, int offset, int end, PacketEndpoints into) {
        if (end - offset < IPV6_HEADER_BYTES) {
            into.cause = UnknownCause.TRUNCATED;
            return;
        }
        if (u8(bytes, offset) >>> 4 != 6) {
            into.cause = UnknownCause.MALFORMED;
            return;
        }
        into.sourceHigh = i64(bytes, offset + 8);
        into.sourceLow = normalLow(into.sourceHigh, i64(bytes, offset + 16));
        into.destinationHigh = i64(bytes, offset + 24);
        into.destinationLow = normalLow(into.destinationHigh, i64(bytes, offset + 32));
        int payloadBytes = u16(bytes, offset + 4);
        int declaredEnd = payloadBytes == 0 ? Integer.MAX_VALUE : offset + IPV6_HEADER_BYTES + payloadBytes;
        upper(6, u8(bytes, offset + 6), bytes, offset + IPV6_HEADER_BYTES, end, declaredEnd, into);
    }

    /** {@code ::ffff:0.0.0.0} is the unspecified address, as in {@link io.pidcap.protocol.model.IpAddress}. */
    static long normalLow(long high, long low) {
        return high == 0 && low == 0xffff_0000_0000L ? 0 : low;
    }

    /**
     * Follows extension headers (RFC 8200 section 4; the authentication header, RFC 4302, is one of IPv4 too) to the
     * transport header. Each is at least eight bytes long, so the loop ends with the packet.
     */
    private static void upper(
            int version,
            int firstProtocol,
            ByteBuffer bytes,
            int offset,
            int end,
            int declaredEnd,
            PacketEndpoints into) {
        int protocol = firstProtocol;
        int at = offset;
        while (version == 4 ? protocol == AUTHENTICATION : isExtension(protocol)) {
            if (TransportParser.isShort(at, EXTENSION_BYTES, end, declaredEnd, into)) {
                return;
            }
            int next = u8(bytes, at);
            if (protocol == IPV6_FRAGMENT) {
                int offsetAndMore = u16(bytes, at + 2);
                if ((offsetAndMore & 0xfff9) != 0) {
                    into.fragmentId = i32(bytes, at + 4);
                    into.fragmentProtocol = IPV6_FRAGMENT;
                    into.part = (offsetAndMore & 0xfff8) == 0 ? Part.FIRST_FRAGMENT : Part.LATER_FRAGMENT;
                }
                at += EXTENSION_BYTES;
            } else if (protocol == AUTHENTICATION) {
                at += (u8(bytes, at + 1) + 2) * 4;
            } else {
                at += (u8(bytes, at + 1) + 1) * 8;
            }
            protocol = next;
            into.protocol = protocol;
            if (into.part == Part.LATER_FRAGMENT) {
                return;
            }
        }
        into.protocol = protocol;
        TransportParser.transport(protocol, bytes, at, end, declaredEnd, into);
    }

    /** Hop-by-hop options, routing, fragment, authentication, destination options, HIP (RFC 7401), shim6 (RFC 5533). */
    private static boolean isExtension(int protocol) {
        return switch (protocol) {
            case 0, 43, IPV6_FRAGMENT, AUTHENTICATION, 60, 139, 140 -> true;
            default -> false;
        };
    }
}
