package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A packet as a test compares it; the product makes no such object. */
record Packet(
        int interfaceId,
        long epochNanos,
        int originalLength,
        String hex,
        @Nullable String comment) {
    static Packet of(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int length,
            @Nullable String comment) {
        byte[] bytes = new byte[length];
        data.get(offset, bytes);
        return new Packet(
                interfaceId, epochNanos, originalLength, HexFormat.of().formatHex(bytes), comment);
    }

    ByteBuffer data() {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    /** Packets of all lengths from 0 on, a few at the limit, some cut by a snaplen. */
    static List<Packet> random(Random random, int count, int interfaces, int maxLength) {
        List<Packet> packets = new ArrayList<>();
        long epochNanos = 1_700_000_000_123_456_789L;
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[i < 70 ? i : random.nextInt(maxLength + 1)];
            random.nextBytes(bytes);
            epochNanos += random.nextInt(1_500_000_000);
            packets.add(of(
                    random.nextInt(interfaces),
                    epochNanos,
                    bytes.length + (random.nextBoolean() ? 0 : random.nextInt(2000)),
                    ByteBuffer.wrap(bytes),
                    0,
                    bytes.length,
                    random.nextBoolean() ? null : "pid=" + random.nextInt(50) + " name=größe"));
        }
        return packets;
    }

    Packet asPcapHolds(boolean nanosecond) {
        long time = nanosecond ? epochNanos : epochNanos / 1000 * 1000;
        return new Packet(0, time, originalLength, hex, null);
    }

    static FileChannel create(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    static void write(CaptureFileWriter writer, List<Packet> packets) throws IOException {
        for (Packet packet : packets) {
            writer.write(
                    packet.interfaceId(),
                    packet.epochNanos(),
                    packet.originalLength(),
                    packet.data(),
                    packet.comment() == null ? null : writer.comment(packet.comment()));
        }
    }

    static List<Packet> readPcap(PcapFileReader reader) throws IOException {
        List<Packet> packets = new ArrayList<>();
        while (reader.next()) {
            PcapCursor at = reader.cursor();
            packets.add(of(
                    0, at.epochNanos(), at.originalLength(), at.buffer(), at.dataOffset(), at.capturedLength(), null));
        }
        return packets;
    }

    static List<Packet> readPcapng(PcapngReader reader) throws IOException {
        List<Packet> packets = new ArrayList<>();
        while (reader.next()) {
            packets.add(of(
                    reader.interfaceId(),
                    reader.epochNanos(),
                    reader.originalLength(),
                    reader.buffer(),
                    reader.dataOffset(),
                    reader.capturedLength(),
                    reader.comment()));
        }
        return packets;
    }
}
