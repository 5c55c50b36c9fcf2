package io.pidcap.host.windows.npcap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A UDP datagram as Npcap's loopback device has it: the address family in the host's byte order, then IPv4. */
final class LoopbackPacket {
    private static final int FAMILY_BYTES = 4;
    private static final int IPV4_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int PAYLOAD_BYTES = 16;
    private static final int AF_INET = 2;
    private static final int UDP = 17;

    static final int PAYLOAD_OFFSET = FAMILY_BYTES + IPV4_BYTES + UDP_BYTES;
    static final int BYTES = PAYLOAD_OFFSET + PAYLOAD_BYTES;

    private LoopbackPacket() {}

    /** To a port of 127.0.0.1; the payload begins with the number. */
    static byte[] udp(int port, int number) {
        ByteBuffer packet = ByteBuffer.allocate(BYTES);
        packet.order(ByteOrder.nativeOrder()).putInt(AF_INET).order(ByteOrder.BIG_ENDIAN);
        packet.putShort((short) 0x4500).putShort((short) (BYTES - FAMILY_BYTES)).putInt(0);
        packet.put((byte) 64)
                .put((byte) UDP)
                .putShort((short) 0)
                .putInt(0x7f000001)
                .putInt(0x7f000001);
        packet.putShort((short) 40000).putShort((short) port).putShort((short) (UDP_BYTES + PAYLOAD_BYTES));
        packet.putShort((short) 0).putInt(number);
        return packet.array();
    }
}
