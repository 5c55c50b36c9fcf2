package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PcapFileTest {
    private static final InterfaceDescription ETH0 = new InterfaceDescription("eth0", LinkType.ETHERNET, 262144, "");
    private static final long SEED = System.nanoTime();

    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = directory.resolve("test.pcap");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadBackWhatWasWritten(boolean nanosecond) throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 300, 1, 262144);
        write(packets, nanosecond);
        try (PcapFileReader reader = PcapFileReader.openWhole(path)) {
            assertThat(Packet.readPcap(reader))
                    .as("seed " + SEED)
                    .isEqualTo(packets.stream()
                            .map(packet -> packet.asPcapHolds(nanosecond))
                            .toList());
            assertThat(reader.header())
                    .isEqualTo(new PcapHeader(ByteOrder.nativeOrder(), nanosecond, 262144, LinkType.ETHERNET));
            reader.requireNoRest();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadTheOtherByteOrder(boolean nanosecond) throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 100, 1, 300);
        Files.write(path, foreign(packets, nanosecond));
        try (PcapFileReader reader = PcapFileReader.openWhole(path)) {
            assertThat(Packet.readPcap(reader))
                    .isEqualTo(packets.stream()
                            .map(packet -> packet.asPcapHolds(nanosecond))
                            .toList());
            assertThat(reader.header().byteOrder()).isNotEqualTo(ByteOrder.nativeOrder());
        }
    }

    @Test
    void shouldFollowAFileThatGrowsByASingleByte() throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 80, 1, 100);
        write(packets, true);
        long size = Files.size(path);
        List<Packet> read = new ArrayList<>();
        try (PcapFileReader reader = PcapFileReader.openGrowing(path)) {
            for (long readable = 0; readable <= size; readable++) {
                reader.setReadable(readable);
                read.addAll(Packet.readPcap(reader));
                assertThat(reader.hasHeader()).isEqualTo(readable >= PcapHeader.LENGTH);
            }
            assertThat(reader.leftBytes()).isZero();
        }
        assertThat(read)
                .isEqualTo(
                        packets.stream().map(packet -> packet.asPcapHolds(true)).toList());
    }

    @Test
    void shouldNeverReadBeyondWhatIsReadable() throws IOException {
        write(Packet.random(new Random(SEED), 3, 1, 100), true);
        long whole = Files.size(path);
        // What follows is being written and must not be looked at.
        Files.write(
                path, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, -1, -1, -1, -1}, StandardOpenOption.APPEND);
        try (PcapFileReader reader = PcapFileReader.openGrowing(path)) {
            reader.setReadable(whole);
            assertThat(Packet.readPcap(reader)).hasSize(3);
            assertThat(reader.leftBytes()).isZero();
            assertThatThrownBy(() -> reader.setReadable(whole - 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldTellOfATornRecordAtEveryLength() throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 10, 1, 60);
        write(packets, true);
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            try (PcapFileReader reader = PcapFileReader.openWhole(path)) {
                List<Packet> read = Packet.readPcap(reader);
                long used = 24
                        + read.stream()
                                .mapToLong(packet -> 16 + packet.hex().length() / 2)
                                .sum();
                assertThat(reader.leftBytes()).isEqualTo(length < 24 ? length : length - used);
                if (reader.leftBytes() > 0) {
                    assertThatThrownBy(reader::requireNoRest)
                            .isInstanceOf(CaptureFileException.class)
                            .hasMessageContaining(path.toString());
                }
            }
        }
    }

    @Test
    void shouldSayWhereARecordCannotBeOne() throws IOException {
        write(Packet.random(new Random(SEED), 2, 1, 60), true);
        byte[] whole = Files.readAllBytes(path);
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.nativeOrder());
        // The second record: the first has no data.
        bytes.putInt(24 + 16 + 8, 262145);
        Files.write(path, whole);
        try (PcapFileReader reader = PcapFileReader.openWhole(path)) {
            assertThat(reader.next()).isTrue();
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CaptureFileException.class)
                    .hasMessageContaining("offset 40")
                    .hasMessageContaining("262145");
        }
    }

    @Test
    void shouldRefuseWhatIsNoPcapFile() throws IOException {
        Files.writeString(path, "this is text and no capture file");
        try (PcapFileReader reader = PcapFileReader.openWhole(path)) {
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CaptureFileException.class)
                    .hasMessageContaining("is not a pcap file");
        }
    }

    @Test
    void shouldFailWhenFileIsShorterThanAnnounced() throws IOException {
        write(Packet.random(new Random(SEED), 2, 1, 60), true);
        try (PcapFileReader reader = PcapFileReader.openGrowing(path)) {
            reader.setReadable(Files.size(path) + 5);
            assertThatThrownBy(reader::next).hasMessageContaining("ends here");
        }
    }

    @Test
    void shouldNeverDoWorseThanAnExceptionOnRandomDamage() throws IOException {
        Random random = new Random(SEED);
        write(Packet.random(random, 60, 1, 60), true);
        byte[] whole = Files.readAllBytes(path);
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 3; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                PcapCursor cursor = PcapCursor.over(ByteBuffer.wrap(damaged), "damaged");
                while (cursor.next()) {
                    assertThat(cursor.dataOffset() + cursor.capturedLength()).isLessThanOrEqualTo(damaged.length);
                }
            } catch (CaptureFileException e) {
                assertThat(e).as("seed " + SEED).hasMessageContaining("offset");
            }
        }
    }

    @Test
    void shouldRefuseASecondLinkType() throws IOException {
        try (PcapWriter writer = new PcapWriter(Packet.create(path), path.toString())) {
            writer.addInterface(ETH0);
            assertThatThrownBy(
                            () -> writer.addInterface(new InterfaceDescription("any", LinkType.LINUX_SLL2, 262144, "")))
                    .hasMessageContaining("pcapng");
        }
    }

    @Test
    void shouldNameTheFileWhenTheDiskIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "needs /dev/full");
        PcapWriter writer = new PcapWriter(FileChannel.open(full, StandardOpenOption.WRITE), full.toString());
        writer.addInterface(ETH0);
        assertThatThrownBy(writer::flush).isInstanceOf(IOException.class).hasMessageContaining("/dev/full");
        assertThatThrownBy(writer::flush).hasMessageContaining("an earlier write failed");
        writer.close();
        writer.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldBeReadByTcpdump(boolean nanosecond) throws Exception {
        // Without the first, which is empty: tcpdump prints no time of it.
        List<Packet> packets = Packet.random(new Random(SEED), 100, 1, 1500).subList(1, 100).stream()
                .map(PcapFileTest::ofNoProtocol)
                .toList();
        write(packets, nanosecond);
        String text = RequiredTool.run(
                "tcpdump", "tcpdump", "-r", path.toString(), "-tt", "-n", "--time-stamp-precision=nano", "-q");
        List<String> times = text.lines()
                .filter(line -> line.matches("\\d{10}\\.\\d{9}.*"))
                .map(line -> line.substring(0, 20))
                .toList();
        assertThat(times)
                .as("seed %d: %s", SEED, text)
                .isEqualTo(packets.stream()
                        .map(packet -> packet.asPcapHolds(nanosecond).epochNanos())
                        .map(nanos -> nanos / 1_000_000_000 + "." + String.format("%09d", nanos % 1_000_000_000))
                        .toList());
    }

    /** With the EtherType for experiments: what tcpdump prints of a protocol may begin before the time, or hide it. */
    private static Packet ofNoProtocol(Packet packet) {
        String hex = packet.hex();
        return hex.length() < 28
                ? packet
                : new Packet(
                        packet.interfaceId(),
                        packet.epochNanos(),
                        packet.originalLength(),
                        hex.substring(0, 24) + "88b5" + hex.substring(28),
                        packet.comment());
    }

    private void write(List<Packet> packets, boolean nanosecond) throws IOException {
        Files.deleteIfExists(path);
        try (PcapWriter writer = new PcapWriter(
                Packet.create(path), path.toString(), CaptureFileWriter.LEAST_BUFFER_BYTES, nanosecond)) {
            writer.addInterface(ETH0);
            Packet.write(writer, packets);
            long length = writer.length();
            writer.flush();
            assertThat(Files.size(path)).isEqualTo(length);
        }
    }

    private static byte[] foreign(List<Packet> packets, boolean nanosecond) {
        ByteOrder order =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(order);
        out.putInt(nanosecond ? 0xa1b23c4d : 0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
        out.putLong(0).putInt(65535).putInt(1);
        for (Packet packet : packets) {
            int fraction = (int) (packet.epochNanos() % 1_000_000_000);
            ByteBuffer data = packet.data();
            out.putInt((int) (packet.epochNanos() / 1_000_000_000))
                    .putInt(nanosecond ? fraction : fraction / 1000)
                    .putInt(data.remaining())
                    .putInt(packet.originalLength())
                    .put(data);
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
