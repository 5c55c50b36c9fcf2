package io.pidcap.coordinator.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A TCP segment over IPv4 in an Ethernet frame, which is all that the demo's own traffic is. Deliberately not the filter
 * stage's parser: the demo judges that one.
 */
public record TcpSegment(
        long epochNanos, int sourcePort, int destinationPort, long sequence, int flags, int payloadBytes) {
    private static final int ETHERNET_BYTES = 14;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int PROTOCOL_TCP = 6;
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int PSH = 0x08;
    private static final int ACK = 0x10;

    /** Empty for anything else than such a segment. */
    static Optional<TcpSegment> decode(long epochNanos, ByteBuffer frame) {
        ByteBuffer bytes = frame.slice().order(ByteOrder.BIG_ENDIAN);
        if (bytes.limit() < ETHERNET_BYTES + 20 || Short.toUnsignedInt(bytes.getShort(12)) != ETHERTYPE_IPV4) {
            return Optional.empty();
        }
        int ipBytes = (bytes.get(ETHERNET_BYTES) & 0x0f) * 4;
        int totalBytes = Short.toUnsignedInt(bytes.getShort(ETHERNET_BYTES + 2));
        int tcp = ETHERNET_BYTES + ipBytes;
        if (bytes.get(ETHERNET_BYTES + 9) != PROTOCOL_TCP || bytes.limit() < tcp + 20) {
            return Optional.empty();
        }
        int tcpBytes = ((bytes.get(tcp + 12) >> 4) & 0x0f) * 4;
        return Optional.of(new TcpSegment(
                epochNanos,
                Short.toUnsignedInt(bytes.getShort(tcp)),
                Short.toUnsignedInt(bytes.getShort(tcp + 2)),
                Integer.toUnsignedLong(bytes.getInt(tcp + 4)),
                bytes.get(tcp + 13),
                totalBytes - ipBytes - tcpBytes));
    }

    boolean isSyn() {
        return (flags & SYN) != 0;
    }

    boolean isFin() {
        return (flags & FIN) != 0;
    }

    /** The flags as tcpdump writes them. */
    String flagText() {
        StringBuilder text = new StringBuilder();
        text.append(isSyn() ? "S" : "").append(isFin() ? "F" : "");
        text.append((flags & RST) != 0 ? "R" : "").append((flags & PSH) != 0 ? "P" : "");
        return text.append((flags & ACK) != 0 ? "." : "").toString();
    }
}
