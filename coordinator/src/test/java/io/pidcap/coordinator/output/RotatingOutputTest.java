package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.protocol.file.Annotation;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.DarwinProcess;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.file.PcapFileReader;
import io.pidcap.protocol.file.PcapngReader;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.PacketLabel;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingOutputTest {
    private static final InterfaceDescription LO = new InterfaceDescription("lo", LinkType.ETHERNET, 262144, "");
    private static final InterfaceDescription ETH = new InterfaceDescription("eth0", LinkType.ETHERNET, 262144, "");
    private static final InterfaceStatistics WHOLE = new InterfaceStatistics(0, 0, 1, 77, -1, -1, -1, "received=77");
    private static final long SECOND = 1_000_000_000;
    private static final long BEGIN = 1_800_000_000 * SECOND;

    @TempDir
    Path directory;

    private Instant now = Instant.ofEpochSecond(0, BEGIN);

    @RepeatedTest(20)
    void shouldHoldTogetherWhatASingleFileHolds() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        long bytes = random.nextInt(3) == 0 ? 0 : 500 + random.nextInt(20_000);
        Rotation rotation = new Rotation(bytes, bytes == 0 || random.nextBoolean() ? 1000 : 0, 0);
        RotatingOutput rotating = output("r%s.pcapng", rotation, false);
        CaptureOutput single = CaptureOutput.create(
                directory.resolve("single.pcapng"),
                new OutputStyle(Annotation.ALL, false, false, false, Rotation.NONE),
                false,
                -1,
                -1,
                OutputJournal.none());
        List<CaptureFileWriter> writers = List.of(rotating.writer(), single.writer());
        List<List<PacketLabel>> labels = List.of(new ArrayList<>(), new ArrayList<>());
        add(writers, LO);
        long time = BEGIN;
        for (int i = 0; i < 500; i++) {
            if (i == 250) {
                add(writers, ETH);
            }
            time += random.nextInt(20) == 0 ? random.nextLong(3 * SECOND) : random.nextLong(SECOND / 50);
            int which = random.nextInt(labels.get(0).size() + 1);
            int length = random.nextInt(1500);
            String comment = random.nextInt(10) == 0 ? "comment " + i : null;
            String process = "p" + i;
            for (int w = 0; w < 2; w++) {
                CaptureFileWriter writer = writers.get(w);
                if (which == labels.get(w).size()) {
                    labels.get(w).add(comment == null ? writer.label(List.of(note(process))) : writer.comment(comment));
                }
                writer.turn(time);
                writer.write(
                        i < 250 ? 0 : i % 2,
                        time,
                        length,
                        ByteBuffer.allocate(length),
                        labels.get(w).get(which));
            }
            if (random.nextInt(10) == 0) {
                now = Instant.ofEpochSecond(0, time + random.nextLong(3 * SECOND));
                rotating.writer().idle();
            }
        }
        complete(rotating);
        complete(single);
        List<String> together = new ArrayList<>();
        for (OutputReport.Part part : rotating.report().files()) {
            List<String> packets = read(Path.of(part.path()));
            assertThat(packets).as("seed %d, %s", seed, part.path()).hasSize((int) part.packets());
            together.addAll(packets);
        }
        assertThat(together)
                .as("seed %d", seed)
                .isEqualTo(read(directory.resolve("single.pcapng")))
                .hasSize(500);
        assertThat(rotating.report().files().size()).as("seed %d", seed).isGreaterThan(3);
        assertThat(rotating.report().bytes()).isEqualTo(bytesOfFiles("r"));
    }

    @Test
    void shouldEndAFileBeforeThePacketThatFindsItTooLarge() throws IOException {
        RotatingOutput output = output("a.pcap", new Rotation(1000, 0, 0), false);
        output.writer().addInterface(LO);
        for (int i = 0; i < 6; i++) {
            packet(output, BEGIN + i, 500, null);
        }
        assertThat(files()).containsExactly("a.pcap", "a.pcap1", "a.pcap2.part");
        complete(output);
        assertThat(files()).containsExactly("a.pcap", "a.pcap1", "a.pcap2");
        assertThat(sizes()).containsExactly(24 + 2 * 516L, 24 + 2 * 516L, 24 + 2 * 516L);
    }

    @Test
    void shouldWriteTheFilesOfARingAnewAndTellWhatIsGone() throws IOException {
        RotatingOutput output = output("a.pcap", new Rotation(100, 0, 3), false);
        output.writer().addInterface(LO);
        for (int i = 0; i < 8; i++) {
            packet(output, BEGIN + i, 100, null);
        }
        complete(output);
        assertThat(files()).containsExactly("a.pcap0", "a.pcap1", "a.pcap2");
        assertThat(times("a.pcap0")).containsExactly(BEGIN + 6);
        assertThat(times("a.pcap1")).containsExactly(BEGIN + 7);
        assertThat(times("a.pcap2")).containsExactly(BEGIN + 5);
        assertThat(output.report().files())
                .extracting(part -> String.valueOf(Path.of(part.path()).getFileName()))
                .containsExactly("a.pcap2", "a.pcap0", "a.pcap1");
        assertThat(output.report().bytes()).isEqualTo(3 * 140);
        assertThat(output.notes()).hasSize(1).first().asString().contains("5 were in 5 files that newer ones");
    }

    @Test
    void shouldRefuseARingOverTheFilesOfOthers() throws IOException {
        Files.writeString(directory.resolve("a.pcap2"), "mine");
        assertThatThrownBy(() -> output("a.pcap", new Rotation(100, 0, 3), false))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining("a.pcap2: File exists");
        assertThat(files()).containsExactly("a.pcap2");
        output("a.pcap", new Rotation(100, 0, 3), true).abandon();
    }

    @Test
    void shouldPassOverAFileOfOthers() throws IOException {
        Files.writeString(directory.resolve("a.pcap1"), "mine");
        RotatingOutput output = output("a.pcap", new Rotation(100, 0, 0), false);
        output.writer().addInterface(LO);
        packet(output, BEGIN, 100, null);
        packet(output, BEGIN, 100, null);
        complete(output);
        assertThat(files()).containsExactly("a.pcap", "a.pcap1", "a.pcap2");
        assertThat(directory.resolve("a.pcap1")).hasContent("mine");
    }

    @Test
    void shouldBeginAPeriodWithItsFirstPacket() throws IOException {
        RotatingOutput output = output("%s.pcap", new Rotation(0, 10_000, 0), false);
        output.writer().addInterface(LO);
        for (long second : List.of(1, 9, 10, 19, 35, 44, 20, 45)) {
            packet(output, BEGIN + second * SECOND, 100, null);
        }
        complete(output);
        assertThat(files()).containsExactly("1800000000.pcap", "1800000010.pcap", "1800000035.pcap", "1800000045.pcap");
        assertThat(times("1800000035.pcap"))
                .as("a late one too")
                .containsExactly(BEGIN + 35 * SECOND, BEGIN + 44 * SECOND, BEGIN + 20 * SECOND);
    }

    @Test
    void shouldCloseAFileByTheClockWhenNoPacketComes() throws IOException {
        RotatingOutput output = output("%s.pcapng", new Rotation(0, 10_000, 0), false);
        output.writer().addInterface(LO);
        packet(output, BEGIN + 1, 100, note("curl"));
        now = now.plusMillis(10_000 + RotatingWriter.LATE_MILLIS - 1);
        output.writer().idle();
        assertThat(files()).containsExactly("1800000000.pcapng.part");
        now = now.plusMillis(1);
        output.writer().idle();
        assertThat(files()).containsExactly("1800000000.pcapng");
        output.writer().idle();
        packet(output, BEGIN + 60 * SECOND, 100, note("curl"));
        complete(output);
        assertThat(files()).containsExactly("1800000000.pcapng", "1800000060.pcapng");
        try (PcapngReader reader = PcapngReader.open(directory.resolve("1800000060.pcapng"))) {
            assertThat(reader.next()).isTrue();
            DarwinProcess process = reader.annotations().process();
            assertThat(process == null ? "" : process.name()).isEqualTo("curl");
        }
        assertThat(statistics("1800000000.pcapng")).containsExactly("packets_in_this_file=1");
        assertThat(statistics("1800000060.pcapng")).containsExactly("received=77 packets_in_this_file=1");
    }

    @Test
    void shouldBeFullAfterTheLastPeriod() throws IOException {
        RotatingOutput output = output("%s.pcap", new Rotation(0, 10_000, 2), false);
        output.writer().addInterface(LO);
        packet(output, BEGIN + 15 * SECOND, 100, null);
        assertThat(output.writer().takes(BEGIN + 24 * SECOND)).isTrue();
        assertThat(output.isFull()).isFalse();
        assertThat(output.writer().takes(BEGIN + 25 * SECOND)).isFalse();
        assertThat(output.isFull()).isTrue();
        assertThat(output.writer().takes(BEGIN + 24 * SECOND)).as("ever after").isFalse();
        complete(output);
        assertThat(files()).containsExactly("1800000000.pcap", "1800000015.pcap");

        RotatingOutput quiet = output("q%s.pcap", new Rotation(0, 10_000, 1), false);
        now = now.plusSeconds(11);
        quiet.writer().idle();
        assertThat(quiet.isFull()).isTrue();
    }

    @Test
    void shouldTakeExactlySoManyPackets() throws IOException {
        RotatingOutput output = output("a.pcap", new Rotation(100, 0, 0), false);
        LimitedWriter writer = new LimitedWriter(output.writer(), 3);
        writer.addInterface(LO);
        for (int i = 0; i < 3; i++) {
            assertThat(writer.takes(BEGIN)).isTrue();
            writer.turn(BEGIN);
            writer.write(0, BEGIN, 100, ByteBuffer.allocate(100), null);
        }
        assertThat(writer.takes(BEGIN)).isFalse();
        writer.close();
        output.complete();
        assertThat(files()).containsExactly("a.pcap", "a.pcap1", "a.pcap2");
    }

    @Test
    void shouldLeaveWhatIsCompleteWhenAbandoned() throws IOException {
        RotatingOutput output = output("a.pcap", new Rotation(100, 0, 0), false);
        output.writer().addInterface(LO);
        packet(output, BEGIN, 100, null);
        packet(output, BEGIN, 100, null);
        output.abandon();
        assertThat(files()).containsExactly("a.pcap");
    }

    private RotatingOutput output(String name, Rotation rotation, boolean force) throws IOException {
        OutputStyle style = new OutputStyle(Annotation.ALL, false, false, false, rotation);
        return new RotatingOutput(directory.resolve(name), style, force, -1, -1, OutputJournal.none(), () -> now);
    }

    private static void add(List<CaptureFileWriter> writers, InterfaceDescription one) throws IOException {
        for (CaptureFileWriter writer : writers) {
            writer.addInterface(one);
        }
    }

    private static PacketNote note(String process) {
        NotedProcess noted =
                new NotedProcess(new ProcessIdentity(process.hashCode() & 0xffff, 1), process, null, List.of());
        return new PacketNote(noted, "snapshot", null, PacketNote.Direction.OUTBOUND);
    }

    private static void packet(RotatingOutput output, long epochNanos, int length, @Nullable PacketNote note)
            throws IOException {
        CaptureFileWriter writer = output.writer();
        PacketLabel label = note == null ? null : writer.label(List.of(note));
        writer.turn(epochNanos);
        writer.write(0, epochNanos, length, ByteBuffer.allocate(length), label);
    }

    private static void complete(CaptureOutput output) throws IOException {
        output.writer().close(List.of(WHOLE));
        output.complete();
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private List<Long> sizes() throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (String name : files()) {
            sizes.add(Files.size(directory.resolve(name)));
        }
        return sizes;
    }

    private long bytesOfFiles(String prefix) throws IOException {
        long bytes = 0;
        for (String name : files()) {
            bytes += name.startsWith(prefix) ? Files.size(directory.resolve(name)) : 0;
        }
        return bytes;
    }

    private List<Long> times(String name) throws IOException {
        List<Long> times = new ArrayList<>();
        try (PcapFileReader reader = PcapFileReader.openWhole(directory.resolve(name))) {
            while (reader.next()) {
                times.add(reader.cursor().epochNanos());
            }
        }
        return times;
    }

    private List<String> statistics(String name) throws IOException {
        try (PcapngReader reader = PcapngReader.open(directory.resolve(name))) {
            while (reader.next()) {
                // To its end, where the statistics are.
            }
            return reader.statistics().stream()
                    .map(InterfaceStatistics::comment)
                    .toList();
        }
    }

    private static List<String> read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (PcapngReader reader = PcapngReader.open(file)) {
            while (reader.next()) {
                lines.add(reader.interfaces().get(reader.interfaceId()).name() + " " + reader.epochNanos() + " "
                        + reader.capturedLength() + " " + reader.annotations());
            }
        }
        return lines;
    }
}
