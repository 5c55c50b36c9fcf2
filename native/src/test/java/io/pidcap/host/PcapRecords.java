package io.pidcap.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A slow and strict reader of a classic pcap file in this host's byte order, to judge what was written. */
public final class PcapRecords {
    public static final int HEADER_BYTES = 24;
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int MAGIC_MICROS = 0xa1b2c3d4;

    private PcapRecords() {}

    /** A record, its time in nanoseconds whatever the file's precision. */
    public record Packet(long epochNanos, int originalLength, ByteBuffer bytes) {}

    /** All records of the first {@code length} bytes; a record that is cut there is an error. */
    public static List<Packet> read(Path file, long length) {
        ByteBuffer buffer = open(file).limit((int) length);
        int nanosPerUnit = nanosPerUnit(buffer.getInt(0));
        buffer.position(HEADER_BYTES);
        List<Packet> packets = new ArrayList<>();
        while (buffer.hasRemaining()) {
            long seconds = Integer.toUnsignedLong(buffer.getInt());
            long fraction = Integer.toUnsignedLong(buffer.getInt());
            byte[] bytes = new byte[buffer.getInt()];
            int originalLength = buffer.getInt();
            buffer.get(bytes);
            packets.add(new Packet(
                    seconds * 1_000_000_000L + fraction * nanosPerUnit, originalLength, ByteBuffer.wrap(bytes)));
        }
        return packets;
    }

    public static List<Packet> read(Path file) {
        try {
            return read(file, Files.size(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static boolean hasNanoseconds(Path file) {
        return open(file).getInt(0) == MAGIC_NANOS;
    }

    public static int linkType(Path file) {
        return open(file).getInt(20) & 0xffff;
    }

    private static int nanosPerUnit(int magic) {
        return switch (magic) {
            case MAGIC_NANOS -> 1;
            case MAGIC_MICROS -> 1000;
            default -> throw new IllegalArgumentException("magic " + Integer.toHexString(magic));
        };
    }

    private static ByteBuffer open(Path file) {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
