package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.LinkType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PcapngFileTest {
    private static final SectionInfo INFO = new SectionInfo("amd64", "Linux 6.1", "pidcap 0.1.0", "a comment");
    private static final List<InterfaceDescription> INTERFACES = List.of(
            new InterfaceDescription("eth0", LinkType.ETHERNET, 262144, "tcp port 80"),
            new InterfaceDescription("any", LinkType.LINUX_SLL2, 1000, ""));
    private static final List<InterfaceStatistics> STATISTICS = List.of(
            new InterfaceStatistics(
                    0, 1_700_000_000_000_000_001L, 1_700_000_009_000_000_002L, 1000, 3, 7, 990, "kept=12 größer"),
            new InterfaceStatistics(1, 1_700_000_000_000_000_003L, 1_700_000_009_000_000_004L, 5, -1, 0, 5, ""));
    private static final long SEED = System.nanoTime();

    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = directory.resolve("test.pcapng");
    }

    @Test
    void shouldReadBackWhatWasWritten() throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 300, 2, 262144);
        write(packets);
        try (PcapngReader reader = PcapngReader.open(path)) {
            assertThat(Packet.readPcapng(reader)).as("seed " + SEED).isEqualTo(packets);
            assertThat(reader.section()).isEqualTo(INFO);
            assertThat(reader.interfaces()).isEqualTo(INTERFACES);
            assertThat(reader.statistics()).isEqualTo(STATISTICS);
        }
    }

    @Test
    void shouldTellStatisticsOfWhichLittleIsKnown() throws IOException {
        try (PcapngWriter writer = new PcapngWriter(Packet.create(path), path.toString(), INFO)) {
            writer.addInterface(INTERFACES.get(0));
            writer.close(List.of(
                    InterfaceStatistics.ofComment("kept=1"),
                    // Of an interface that is not in the file.
                    STATISTICS.get(1)));
        }
        try (PcapngReader reader = PcapngReader.open(path)) {
            assertThat(reader.next()).isFalse();
            assertThat(reader.statistics()).containsExactly(InterfaceStatistics.ofComment("kept=1"));
        }
    }

    @Test
    void shouldCutACommentBetweenCharacters() throws IOException {
        String comment = "ä".repeat(40_000);
        write(List.of(Packet.of(0, 1, 0, ByteBuffer.allocate(0), 0, 0, comment)));
        try (PcapngReader reader = PcapngReader.open(path)) {
            assertThat(Packet.readPcapng(reader).get(0).comment()).isEqualTo("ä".repeat(32_767));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE_ENDIAN", "BIG_ENDIAN"})
    void shouldReadEitherByteOrderSeveralSectionsAndUnknownBlocks(String name) throws IOException {
        ByteOrder order = name.startsWith("L") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        ByteOrder other = name.startsWith("L") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (ByteOrder of : List.of(order, other)) {
            block(
                    file,
                    of,
                    0x0a0d0d0a,
                    body(of, 16)
                            .putInt(0x1a2b3c4d)
                            .putShort((short) 1)
                            .putShort((short) 2)
                            .putLong(-1));
            block(file, of, 0x0000_0bad, body(of, 1 << 20));
            // No if_tsresol: microseconds. Then one of 2^-10 s with an offset of 5 s.
            block(
                    file,
                    of,
                    1,
                    body(of, 8).putShort((short) 1).putShort((short) 0).putInt(65535));
            block(
                    file,
                    of,
                    1,
                    body(of, 28)
                            .putShort((short) 101)
                            .putShort((short) 0)
                            .putInt(3)
                            .putShort((short) 9)
                            .putShort((short) 1)
                            .putInt(of == ByteOrder.BIG_ENDIAN ? 0x8a000000 : 0x8a)
                            .putShort((short) 14)
                            .putShort((short) 8)
                            .putLong(5));
            block(
                    file,
                    of,
                    6,
                    body(of, 24)
                            .putInt(0)
                            .putInt(1)
                            .putInt(2)
                            .putInt(3)
                            .putInt(77)
                            .put(new byte[] {1, 2, 3, 0}));
            block(
                    file,
                    of,
                    6,
                    body(of, 20).putInt(1).putInt(0).putInt(1536).putInt(0).putInt(0));
            block(
                    file,
                    of,
                    2,
                    body(of, 24)
                            .putShort((short) 0)
                            .putShort((short) 9)
                            .putInt(0)
                            .putInt(7)
                            .putInt(1)
                            .putInt(1)
                            .putInt(0));
            block(file, of, 3, body(of, 8).putInt(4).putInt(0x01010101));
        }
        Files.write(path, file.toByteArray());
        try (PcapngReader reader = PcapngReader.open(path)) {
            List<Packet> packets = Packet.readPcapng(reader);
            assertThat(packets).hasSize(8);
            for (int section = 0; section < 2; section++) {
                int first = 2 * section;
                assertThat(packets.subList(4 * section, 4 * section + 4))
                        .containsExactly(
                                new Packet(first, ((1L << 32) + 2) * 1000, 77, "010203", null),
                                new Packet(first + 1, 6_500_000_000L, 0, "", null),
                                new Packet(first, 7000, 1, "00", null),
                                new Packet(first, 0, 4, "01010101", null));
            }
            assertThat(reader.interfaces()).hasSize(4);
        }
    }

    /** An option without a value says nothing; one that reaches beyond its block is refused with the offset. */
    @ParameterizedTest
    @CsvSource({"LITTLE_ENDIAN, 0", "BIG_ENDIAN, 0", "LITTLE_ENDIAN, 9", "BIG_ENDIAN, 9"})
    void shouldTakeOptionsOfNoLengthAndRefuseThoseThatAreTooLong(String name, short lengthOfLast) throws IOException {
        ByteOrder order = name.startsWith("L") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ByteBuffer section =
                body(order, 16 + 4 * 4).putInt(0x1a2b3c4d).putShort((short) 1).putShort((short) 2);
        block(file, order, 0x0a0d0d0a, options(section.putLong(-1), 1, 2, 3, 4));
        ByteBuffer ethernet =
                body(order, 8 + 8 * 4).putShort((short) 1).putShort((short) 0).putInt(65535);
        block(file, order, 1, options(ethernet, 1, 2, 3, 4, 8, 9, 11, 14));
        int wrongAt = file.size();
        ByteBuffer packet = body(order, 20 + 4 + 5 * 4)
                .putInt(0)
                .putInt(0)
                .putInt(7)
                .putInt(4)
                .putInt(4);
        options(packet.putInt(0x01010101), 1, 2, 3, 6).putShort((short) 1).putShort(lengthOfLast);
        block(file, order, 6, packet);
        Files.write(path, file.toByteArray());
        try (PcapngReader reader = PcapngReader.open(path)) {
            if (lengthOfLast == 0) {
                assertThat(Packet.readPcapng(reader)).containsExactly(new Packet(0, 7000, 4, "01010101", null));
                assertThat(reader.interfaces()).hasSize(1);
            } else {
                assertThatThrownBy(() -> Packet.readPcapng(reader))
                        .isInstanceOf(CaptureFileException.class)
                        .hasMessageContaining("option 1 of 9 bytes where 0 are left")
                        .hasMessageContaining(Integer.toString(wrongAt));
            }
        }
    }

    private static ByteBuffer options(ByteBuffer body, int... codesWithoutValue) {
        for (int code : codesWithoutValue) {
            body.putShort((short) code).putShort((short) 0);
        }
        return body;
    }

    @Test
    void shouldSayWhereItEndsWhenTruncatedAtEveryByte() throws IOException {
        List<Packet> packets = Packet.random(new Random(SEED), 12, 2, 60);
        write(packets);
        byte[] whole = Files.readAllBytes(path);
        int clean = 0;
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            try (PcapngReader reader = PcapngReader.open(path)) {
                List<Packet> read = Packet.readPcapng(reader);
                assertThat(packets.subList(0, read.size())).isEqualTo(read);
                clean++;
            } catch (CaptureFileException e) {
                assertThat(e).hasMessageContaining(path.toString()).hasMessageContaining("ends inside");
            }
        }
        // Only at the border of one of the blocks: section, two interfaces, packets, and one of two statistics.
        assertThat(clean).isEqualTo(3 + packets.size() + 1);
    }

    @Test
    void shouldNeverDoWorseThanAnExceptionOnRandomDamage() throws IOException {
        Random random = new Random(SEED);
        write(Packet.random(random, 40, 2, 60));
        byte[] whole = Files.readAllBytes(path);
        for (int round = 0; round < 1000; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 3; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(path, damaged);
            try (PcapngReader reader = PcapngReader.open(path)) {
                Packet.readPcapng(reader);
            } catch (CaptureFileException e) {
                assertThat(e).as("seed " + SEED).hasMessageContaining("offset");
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNoPcapng() throws IOException {
        Files.writeString(path, "this is text and no capture file");
        try (PcapngReader reader = PcapngReader.open(path)) {
            assertThatThrownBy(reader::next).hasMessageContaining("is not a pcapng file");
        }
    }

    @Test
    void shouldBeReadByTshark() throws Exception {
        List<Packet> packets = Packet.random(new Random(SEED), 100, 2, 1500);
        write(packets);
        String text = RequiredTool.run(
                "tshark",
                "tshark",
                "-r",
                path.toString(),
                "-T",
                "fields",
                "-e",
                "frame.time_epoch",
                "-e",
                "frame.interface_id",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "frame.comment");
        List<String> expected = packets.stream()
                .map(packet -> String.join(
                        "\t",
                        packet.epochNanos() / 1_000_000_000
                                + "."
                                + String.format("%09d", packet.epochNanos() % 1_000_000_000),
                        Integer.toString(packet.interfaceId()),
                        INTERFACES.get(packet.interfaceId()).name(),
                        Integer.toString(packet.originalLength()),
                        Integer.toString(packet.hex().length() / 2),
                        packet.comment() == null ? "" : packet.comment()))
                .toList();
        assertThat(text.lines().toList()).as("seed " + SEED).isEqualTo(expected);
    }

    @Test
    void shouldShowItsOriginAndCountersToCapinfos() throws Exception {
        write(Packet.random(new Random(SEED), 20, 2, 900));
        String text = RequiredTool.run("tshark", "capinfos", path.toString());
        assertThat(text)
                .contains("pidcap 0.1.0")
                .contains("Linux 6.1")
                .contains("amd64")
                .contains("a comment")
                .contains("Name = eth0")
                .contains("tcp port 80")
                .contains("nanoseconds (9)");
    }

    private void write(List<Packet> packets) throws IOException {
        Files.deleteIfExists(path);
        PcapngWriter writer = new PcapngWriter(Packet.create(path), path.toString(), INFO);
        for (InterfaceDescription one : INTERFACES) {
            writer.addInterface(one);
        }
        Packet.write(writer, packets);
        writer.close(STATISTICS);
    }

    private static ByteBuffer body(ByteOrder order, int length) {
        return ByteBuffer.allocate(length).order(order);
    }

    private static void block(ByteArrayOutputStream file, ByteOrder order, int type, ByteBuffer body)
            throws IOException {
        int total = 12 + body.capacity();
        ByteBuffer block = ByteBuffer.allocate(total).order(order);
        block.putInt(type).putInt(total).put(body.rewind()).putInt(total);
        file.write(block.array());
    }
}
