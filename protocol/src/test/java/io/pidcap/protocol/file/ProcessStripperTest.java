package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a packet's options tell of processes, and the file without it. */
final class ProcessStripperTest {
    private static final String OURS = "process=curl pid=7 reason=snapshot";
    private static final int FLAGS = 2;
    private static final int CUSTOM_TEXT = 2988;

    private static ByteOrder order(String name) {
        return name.startsWith("L") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private static CaptureInput open(byte[] bytes) throws IOException {
        return CaptureInput.open(new ByteArrayInputStream(bytes), "input");
    }

    private static ProcessStripper.Counts strip(byte[] bytes, ByteArrayOutputStream into) throws IOException {
        ProcessStripper stripper = new ProcessStripper(open(bytes), Channels.newChannel(into), "output", OURS::equals);
        try {
            while (stripper.next()) {
                // Copied.
            }
        } finally {
            stripper.close();
        }
        return stripper.counts();
    }

    private static byte[] data(Random random) {
        byte[] data = new byte[random.nextInt(70)];
        random.nextBytes(data);
        return data;
    }

    /** A file with what is to go, or the same without it: everything random is drawn in the same order. */
    private static byte[] file(ByteOrder order, long seed, boolean annotated) {
        Random random = new Random(seed);
        PcapngBytes file = new PcapngBytes(order);
        file.section(-1).device(0);
        for (int i = 0; i < 200; i++) {
            PcapngBytes.Options options = file.options();
            for (int n = random.nextInt(5); n > 0; n--) {
                option(random, options, annotated);
            }
            byte[] data = data(random);
            switch (random.nextInt(8)) {
                case 0 -> file.block(0x0bad, new byte[4 * random.nextInt(9)], file.options());
                case 1 -> {
                    if (annotated) {
                        file.process(i, file.options().text(2, "p" + i));
                    }
                }
                case 2 -> file.oldPacket(i, data, oldOptions(random, file, annotated));
                default -> file.packet(i, data, options);
            }
        }
        return file.toBytes();
    }

    private static void option(Random random, PcapngBytes.Options options, boolean annotated) {
        switch (random.nextInt(7)) {
            case 0 -> options.text(1, "a comment of somebody's");
            case 1 -> options.numbers(FLAGS, 1);
            case 2 -> options.text(CUSTOM_TEXT, "");
            case 3 -> {
                if (annotated) {
                    options.text(1, OURS);
                }
            }
            case 4 -> {
                if (annotated) {
                    options.numbers(8, 7, 8);
                }
            }
            default -> {
                if (annotated) {
                    options.numbers(random.nextBoolean() ? 0x8001 : 0x8003, 0);
                } else {
                    random.nextBoolean();
                }
            }
        }
    }

    /** There only comments mean the same. */
    private static PcapngBytes.Options oldOptions(Random random, PcapngBytes file, boolean annotated) {
        PcapngBytes.Options options = file.options().numbers(8, random.nextInt());
        return annotated ? options.text(1, OURS) : options;
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE_ENDIAN", "BIG_ENDIAN"})
    void shouldLeaveAllElseByteForByte(String name) throws IOException {
        long seed = System.nanoTime();
        byte[] annotated = file(order(name), seed, true);
        byte[] plain = file(order(name), seed, false);
        ByteArrayOutputStream stripped = new ByteArrayOutputStream();
        ProcessStripper.Counts counts = strip(annotated, stripped);

        assertThat(stripped.toByteArray()).as("seed " + seed).isEqualTo(plain);
        assertThat(counts.removedComments()).isPositive();
        assertThat(counts.removedOptions()).isPositive();
        assertThat(counts.removedBlocks()).isPositive();
        assertThat(counts.keptComments()).isPositive();
        assertThat(annotated.length).isGreaterThan(plain.length);
    }

    @Test
    void shouldUnsetTheLengthThatASectionTells() throws IOException {
        PcapngBytes file = new PcapngBytes(ByteOrder.BIG_ENDIAN);
        file.section(4711).device(0).packet(1, new byte[5], file.options().text(1, OURS));
        PcapngBytes plain = new PcapngBytes(ByteOrder.BIG_ENDIAN);
        plain.section(-1).device(0).packet(1, new byte[5], plain.options());
        ByteArrayOutputStream stripped = new ByteArrayOutputStream();

        assertThat(strip(file.toBytes(), stripped).lengthsUnset()).isEqualTo(1);
        assertThat(stripped.toByteArray()).isEqualTo(plain.toBytes());
    }

    @Test
    void shouldKeepWhatComesBeforeABlockThatIsWrong() throws IOException {
        PcapngBytes file = new PcapngBytes(ByteOrder.LITTLE_ENDIAN);
        byte[] before = file.section(-1).device(0).toBytes();
        byte[] bytes = file.packet(1, new byte[8], file.options()).toBytes();
        ByteArrayOutputStream stripped = new ByteArrayOutputStream();

        assertThatThrownBy(() -> strip(Arrays.copyOf(bytes, bytes.length - 1), stripped))
                .isInstanceOf(CaptureFileException.class)
                .hasMessageContaining("offset " + before.length);
        assertThat(stripped.toByteArray()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE_ENDIAN", "BIG_ENDIAN"})
    void shouldReadWhatPacketsSayOfProcesses(String name) throws IOException {
        PcapngBytes file = new PcapngBytes(order(name));
        file.section(-1).device(0);
        file.process(100, file.options().text(2, "curl größer"));
        file.process(-2, file.options().text(4, "no name"));
        file.packet(1, new byte[5], file.options().text(1, OURS).text(1, "").numbers(8, 100, 3));
        file.packet(
                2,
                new byte[5],
                file.options().numbers(0x8001, 1).numbers(0x8003, 0).numbers(FLAGS, 1));
        file.packet(
                3,
                new byte[5],
                file.options().numbers(0x8001, 2).numbers(0x8003, -1).add(8, new byte[0]));
        file.packet(4, new byte[5], file.options());

        CaptureFileReader reader = open(file.toBytes()).packets();
        DarwinProcess curl = new DarwinProcess(100, "curl größer");
        DarwinProcess nameless = new DarwinProcess(0xffff_fffeL, "");
        for (PacketAnnotations expected : List.of(
                new PacketAnnotations(List.of(OURS, ""), 100, null, null, 0),
                new PacketAnnotations(List.of(), -1, nameless, curl, 1),
                new PacketAnnotations(List.of(), -1, null, null, 1),
                PacketAnnotations.NONE)) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.annotations()).isEqualTo(expected);
        }
        assertThat(reader.next()).isFalse();
    }
}
