package io.pidcap.coordinator.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads in network order at absolute positions, whatever the buffer's own byte order is. Not by views, which only the
 * JVM's second compiler makes fast.
 */
final class PacketBytes {
    private PacketBytes() {}

    static int u8(ByteBuffer bytes, int at) {
        return bytes.get(at) & 0xff;
    }

    static int u16(ByteBuffer bytes, int at) {
        short value = bytes.getShort(at);
        return (isBig(bytes) ? value : Short.reverseBytes(value)) & 0xffff;
    }

    static int i32(ByteBuffer bytes, int at) {
        int value = bytes.getInt(at);
        return isBig(bytes) ? value : Integer.reverseBytes(value);
    }

    static long i64(ByteBuffer bytes, int at) {
        long value = bytes.getLong(at);
        return isBig(bytes) ? value : Long.reverseBytes(value);
    }

    private static boolean isBig(ByteBuffer bytes) {
        return bytes.order() == ByteOrder.BIG_ENDIAN;
    }
}
