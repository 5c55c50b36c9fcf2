package io.pidcap.it.reading;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapngWriter;
import io.pidcap.protocol.file.SectionInfo;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random TCP and UDP packets over IPv4 and IPv6 in Ethernet frames, in files of several forms. */
final class SampleCapture {
    private static final long FIRST_EPOCH_NANOS = 1_700_000_000_000_000_000L;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final List<One> packets = new ArrayList<>();

    /** One packet; every second one has a comment of pidcap's, every fifth one of somebody else. */
    private record One(
            long epochNanos, ByteBuffer frame, @Nullable String comment) {}

    SampleCapture(long seed, int count) {
        Random random = new Random(seed);
        long time = FIRST_EPOCH_NANOS;
        for (int i = 0; i < count; i++) {
            time += 1 + random.nextInt(1_000_000_000);
            String comment = i % 2 == 0
                    ? "process=prog" + i % 3 + "%20x pid=" + (100 + i % 3) + " reason=snapshot"
                    : i % 5 == 0 ? "somebody's" : null;
            packets.add(new One(time, frame(random), comment));
        }
    }

    private static ByteBuffer frame(Random random) {
        boolean six = random.nextBoolean();
        boolean tcp = random.nextBoolean();
        int transport = (tcp ? 20 : 8) + random.nextInt(100);
        ByteBuffer frame = ByteBuffer.allocate(14 + (six ? 40 : 20) + transport);
        frame.put(random(random, 12)).putShort((short) (six ? 0x86dd : 0x800));
        // No multicast: tshark names such addresses.
        frame.put(0, (byte) 2).put(6, (byte) 2);
        if (six) {
            frame.putInt(0x6000_0000).putShort((short) transport).put((byte) (tcp ? TCP : UDP));
            frame.put((byte) 64).putShort((short) 0x2001).put(random(random, 14));
            frame.putShort((short) 0x2001).put(random(random, 14));
        } else {
            frame.putShort((short) 0x4500).putShort((short) (20 + transport)).putInt(0);
            frame.put((byte) 64).put((byte) (tcp ? TCP : UDP)).putShort((short) 0);
            frame.put((byte) 10).put(random(random, 3)).put((byte) 10).put(random(random, 3));
        }
        // Ports that belong to no protocol that either side looks into.
        frame.putShort((short) (40_000 + random.nextInt(1000))).putShort((short) (41_000 + random.nextInt(1000)));
        if (tcp) {
            frame.putLong(random.nextLong()).put((byte) 0x50).put((byte) random.nextInt(64));
        } else {
            frame.putShort((short) transport);
        }
        return frame.clear();
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    int count() {
        return packets.size();
    }

    /** @param ours with pidcap's comments too */
    Path pcapng(Path file, boolean ours) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        SectionInfo section = new SectionInfo("", "", "test", "");
        try (CaptureFileWriter writer = new PcapngWriter(channel, file.toString(), section)) {
            writer.addInterface(new InterfaceDescription("eth7", LinkType.ETHERNET, 65535, ""));
            for (One one : packets) {
                boolean left = one.comment != null && one.comment.startsWith("process=") && !ours;
                writer.write(
                        0,
                        one.epochNanos,
                        one.frame.capacity(),
                        one.frame,
                        left || one.comment == null ? null : writer.comment(one.comment));
            }
        }
        return file;
    }

    /** By hand, in any byte order. */
    Path pcap(Path file, ByteOrder order, boolean nanosecond) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(24).order(order);
        head.putInt(nanosecond ? 0xa1b23c4d : 0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
        Files.write(file, bytes(head.putLong(0).putInt(65535).putInt(1)));
        for (One one : packets) {
            int fraction = (int) (one.epochNanos % 1_000_000_000);
            ByteBuffer record = ByteBuffer.allocate(16 + one.frame.capacity()).order(order);
            record.putInt((int) (one.epochNanos / 1_000_000_000))
                    .putInt(nanosecond ? fraction : fraction / 1000)
                    .putInt(one.frame.capacity())
                    .putInt(one.frame.capacity())
                    .put(one.frame.duplicate());
            Files.write(file, bytes(record), StandardOpenOption.APPEND);
        }
        return file;
    }
}
