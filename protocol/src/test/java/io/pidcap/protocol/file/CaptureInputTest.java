package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.LinkType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CaptureInputTest {
    private static final InterfaceDescription ETH0 = new InterfaceDescription("eth0", LinkType.ETHERNET, 262144, "");
    private static final SectionInfo INFO = new SectionInfo("", "", "", "");
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Gives a few bytes at a time and says that none are available, as a slow pipe does. */
    private final class Trickle extends InputStream {
        private final ByteArrayInputStream bytes;

        Trickle(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, Math.min(length, 1 + random.nextInt(5000)));
        }
    }

    private static byte[] pcapng(List<Packet> packets) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(bytes), "written", INFO)) {
            writer.addInterface(ETH0);
            Packet.write(writer, packets);
        }
        return bytes.toByteArray();
    }

    private static byte[] pcap(List<Packet> packets, boolean nanosecond) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PcapWriter writer = new PcapWriter(Channels.newChannel(bytes), "written", nanosecond)) {
            writer.addInterface(ETH0);
            Packet.write(writer, packets);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    private List<Packet> read(byte[] bytes) throws IOException {
        return read(new Trickle(bytes), new ArrayList<>());
    }

    /** @param packets gets those before a failure too */
    private static List<Packet> read(InputStream stream, List<Packet> packets) throws IOException {
        try (CaptureInput input = CaptureInput.open(stream, "input")) {
            CaptureFileReader reader = input.packets();
            while (reader.next()) {
                CapturedPacket at = reader.packet();
                List<String> comments = reader.annotations().comments();
                packets.add(Packet.of(
                        reader.interfaceId(),
                        at.epochNanos(),
                        at.originalLength(),
                        at.buffer(),
                        at.dataOffset(),
                        at.capturedLength(),
                        comments.isEmpty() ? null : comments.get(0)));
            }
        }
        return packets;
    }

    private List<Packet> somePackets() {
        return Packet.random(random, 200, 1, 70_000);
    }

    @Test
    void shouldGiveWhatWasWritten() throws IOException {
        List<Packet> packets = somePackets();
        assertThat(read(pcapng(packets))).as("seed " + seed).isEqualTo(packets);
        for (boolean nanosecond : new boolean[] {true, false}) {
            List<Packet> held =
                    packets.stream().map(one -> one.asPcapHolds(nanosecond)).toList();
            assertThat(read(pcap(packets, nanosecond))).as("seed " + seed).isEqualTo(held);
        }
    }

    @Test
    void shouldUnpackAllMembers() throws IOException {
        List<Packet> packets = somePackets();
        byte[] bytes = pcapng(packets);
        int middle = random.nextInt(bytes.length);
        byte[] first = gzip(Arrays.copyOf(bytes, middle));
        byte[] second = gzip(Arrays.copyOfRange(bytes, middle, bytes.length));
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.writeBytes(first);
        members.writeBytes(second);
        assertThat(read(gzip(bytes))).as("seed " + seed).isEqualTo(packets);
        assertThat(read(members.toByteArray())).as("seed " + seed).isEqualTo(packets);
        // The second comes when the first is over, as in a pipe.
        InputStream pipe = new SequenceInputStream(new ByteArrayInputStream(first), new ByteArrayInputStream(second));
        assertThat(read(pipe, new ArrayList<>())).as("seed " + seed).isEqualTo(packets);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcap", "pcapng"})
    void shouldGiveWhatComesBeforeTheEndOfATornGzip(String format) throws IOException {
        List<Packet> packets = somePackets();
        byte[] packed = gzip(format.equals("pcap") ? pcap(packets, true) : pcapng(packets));
        byte[] torn = Arrays.copyOf(packed, packed.length * 2 / 3);
        List<Packet> before = new ArrayList<>();

        assertThatThrownBy(() -> read(new ByteArrayInputStream(torn), before))
                .isInstanceOf(CaptureFileException.class)
                .hasMessageContaining("input, offset ")
                .hasMessageContaining("cannot be unpacked");
        List<Packet> whole = new ArrayList<>();
        assertThatThrownBy(() -> read(new ByteArrayInputStream(unpackedByteByByte(torn)), whole))
                .hasMessageContaining("ends inside a");
        assertThat(before).as("seed " + seed).hasSizeGreaterThan(50).isEqualTo(whole);
    }

    /** All that can be had. */
    private static byte[] unpackedByteByByte(byte[] torn) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InputStream packed = new GZIPInputStream(new ByteArrayInputStream(torn))) {
            for (int one = packed.read(); one >= 0; one = packed.read()) {
                bytes.write(one);
            }
        } catch (EOFException e) {
            return bytes.toByteArray();
        }
        throw new AssertionError("it is whole");
    }

    @Test
    void shouldGiveEachPacketWhenItHasArrived() throws IOException {
        List<Packet> packets = Packet.random(random, 3, 1, 100);
        for (byte[] bytes : List.of(pcap(packets, true), pcapng(packets))) {
            byte[] first = Arrays.copyOf(bytes, bytes.length - 5);
            InputStream then = new InputStream() {
                @Override
                public int read() {
                    throw new AssertionError("read on before what had arrived was given");
                }

                @Override
                public int read(byte[] target, int offset, int length) {
                    return read();
                }
            };
            try (CaptureInput input =
                    CaptureInput.open(new SequenceInputStream(new ByteArrayInputStream(first), then), "input")) {
                CaptureFileReader reader = input.packets();
                assertThat(reader.next()).isTrue();
                assertThat(reader.next()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcap", "pcapng"})
    void shouldTellTheOffsetWhereItIsCut(String format) throws IOException {
        List<Packet> packets = Packet.random(random, 20, 1, 100);
        byte[] bytes = format.equals("pcap") ? pcap(packets, true) : pcapng(packets);
        List<Packet> before = new ArrayList<>();
        assertThatThrownBy(() -> read(new Trickle(Arrays.copyOf(bytes, bytes.length - 3)), before))
                .isInstanceOf(CaptureFileException.class)
                .hasMessageContaining("ends inside a");
        assertThat(before).hasSize(19);
    }

    @Test
    void shouldPassOverAHugeUnknownBlockAndNoticeWhenItIsCut() throws IOException {
        byte[] data = {1, 2, 3};
        PcapngBytes file = new PcapngBytes(ByteOrder.BIG_ENDIAN);
        file.section(-1).device(0).block(0x0bad, new byte[20 << 20], file.options());
        int end = file.toBytes().length;
        byte[] bytes = file.packet(7, data, file.options()).toBytes();

        assertThat(read(bytes)).hasSize(1);
        assertThatThrownBy(() -> read(Arrays.copyOf(bytes, end - 1)))
                .isInstanceOf(CaptureFileException.class)
                .hasMessageContaining("offset " + (end - 1))
                .hasMessageContaining("ends inside a block");
    }

    @Test
    void shouldTakeRecordsThatAreLongerThanTheSnaplen() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(24 + 16 + 100).order(ByteOrder.BIG_ENDIAN);
        bytes.putInt(0xa1b2c3d4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(60)
                .putInt(1);
        bytes.putInt(5).putInt(6).putInt(100).putInt(100);
        List<Packet> packets = read(bytes.array());
        assertThat(packets).hasSize(1);
        assertThat(packets.get(0).epochNanos()).isEqualTo(5_000_006_000L);
    }

    @Test
    void shouldRefuseWhatIsNoCapture() throws IOException {
        for (byte[] bytes : List.of(
                new byte[0],
                new byte[] {1},
                "not a capture, but long enough for a header".getBytes(StandardCharsets.UTF_8),
                new byte[] {0x1f, (byte) 0x8b},
                gzip(new byte[0]))) {
            assertThatThrownBy(() -> read(bytes))
                    .isInstanceOf(CaptureFileException.class)
                    .hasMessageContaining("input, offset 0");
        }
    }
}
