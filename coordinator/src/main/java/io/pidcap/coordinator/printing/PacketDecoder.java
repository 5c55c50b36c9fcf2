package io.pidcap.coordinator.printing;

import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.model.LinkType;
import org.jspecify.annotations.Nullable;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpSelector;
import org.pcap4j.packet.LinuxSllPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.factory.PacketFactories;
import org.pcap4j.packet.namednumber.EtherType;

/** Has pcap4j decode a captured packet, whatever its bytes are. One thread. */
public final class PacketDecoder {
    /**
     * Headers lie in the first bytes. pcap4j decodes one header inside another, however deep they are nested, and puts
     * all the bytes into the message where it fails: hostile packets are expensive without a bound.
     */
    private static final int HEADER_BYTES = 512;

    private static final int LOOPBACK_FAMILY_BYTES = 4;
    private static final int SLL2_HEADER_BYTES = 20;

    private long undecoded;

    public DecodedPacket decode(String interfaceName, LinkType linkType, CapturedPacket packet) {
        byte[] bytes = new byte[Math.min(packet.capturedLength(), HEADER_BYTES)];
        packet.buffer().get(packet.dataOffset(), bytes);
        Summary summary = new Summary();
        try {
            Packet decoded = decode(linkType, bytes, summary);
            if (decoded != null) {
                summary.add(decoded);
            }
        } catch (IllegalRawDataException | RuntimeException e) {
            // It is neither a rule of the library's nor said by it which exception hostile bytes lead to.
            summary.clear();
        }
        DecodedPacket result = summary.toPacket(interfaceName, linkType, packet);
        undecoded += result.isDecoded() ? 0 : 1;
        return result;
    }

    /** How many could not be decoded so far. */
    public long undecoded() {
        return undecoded;
    }

    private static @Nullable Packet decode(LinkType linkType, byte[] bytes, Summary summary)
            throws IllegalRawDataException {
        return switch (linkType.value()) {
            case 1 -> EthernetPacket.newPacket(bytes, 0, bytes.length);
            case 113 -> LinuxSllPacket.newPacket(bytes, 0, bytes.length);
            case 276 -> cooked2(bytes, summary);
            case 101, 228, 229 -> IpSelector.newPacket(bytes, 0, bytes.length);
            // The family before it has other numbers on each system; the packet's own version says the same.
            case 0, 108 ->
                bytes.length <= LOOPBACK_FAMILY_BYTES
                        ? null
                        : IpSelector.newPacket(bytes, LOOPBACK_FAMILY_BYTES, bytes.length - LOOPBACK_FAMILY_BYTES);
            default -> null;
        };
    }

    /** LINKTYPE_LINUX_SLL2, whose header pcap4j does not know: type at 0, length of the sender's address at 11, it at 12. */
    private static @Nullable Packet cooked2(byte[] bytes, Summary summary) {
        if (bytes.length < SLL2_HEADER_BYTES) {
            return null;
        }
        if (bytes[11] == 6) {
            summary.senderMac(bytes, 12);
        }
        EtherType type = EtherType.getInstance((short) ((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff)));
        summary.network(type);
        int left = bytes.length - SLL2_HEADER_BYTES;
        return left == 0
                ? null
                : PacketFactories.getFactory(Packet.class, EtherType.class)
                        .newInstance(bytes, SLL2_HEADER_BYTES, left, type);
    }
}
