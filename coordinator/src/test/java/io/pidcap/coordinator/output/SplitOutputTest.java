package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.file.Annotation;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.file.PcapngReader;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitOutputTest {
    private static final InterfaceDescription LO = new InterfaceDescription("lo", LinkType.ETHERNET, 262144, "");
    private static final InterfaceDescription TUN = new InterfaceDescription("tun0", LinkType.RAW, 262144, "");

    @TempDir
    Path directory;

    private SplitOutput output;
    private CaptureFileWriter writer;

    @BeforeEach
    void begin() throws IOException {
        begin(false);
    }

    private void begin(boolean force) throws IOException {
        OutputStyle style = new OutputStyle(Annotation.ALL, false, false, true, Rotation.NONE);
        output = new SplitOutput(directory.resolve("out.pcapng"), style, force, -1, -1, OutputJournal.none());
        writer = output.writer();
        writer.addInterface(LO);
    }

    @Test
    void shouldWriteAPacketToTheFileOfEachName() throws IOException {
        packet(0, 1, note("curl", "nginx"));
        packet(0, 2, note("curl", "nginx"), note("nginx", "curl"));
        packet(0, 3, note("nginx", null));
        writer.addInterface(TUN);
        packet(1, 4, note(null, null));
        packet(1, 5, note("curl", null), note("curl", null));
        assertThat(names()).allMatch(name -> name.endsWith(".part"));
        complete();
        assertThat(names()).containsExactly("out-curl.pcapng", "out-nginx.pcapng", "out-unknown.pcapng");
        assertThat(read("curl"))
                .containsExactly(
                        "lo 1 process=curl pid=4 reason=snapshot peer=nginx peer_pid=5",
                        "lo 2 process=curl pid=4 reason=snapshot peer=nginx peer_pid=5",
                        "tun0 5 process=curl pid=4 reason=snapshot");
        assertThat(read("nginx"))
                .containsExactly(
                        "lo 2 process=nginx pid=5 reason=snapshot peer=curl peer_pid=4",
                        "lo 3 process=nginx pid=5 reason=snapshot");
        assertThat(read("unknown")).containsExactly("tun0 4 reason=snapshot");

        OutputReport report = output.report();
        assertThat(report.inSeveralFiles()).isEqualTo(1);
        assertThat(report.files())
                .extracting(file -> Path.of(file.path()).getFileName() + " " + file.packets())
                .containsExactly("out-curl.pcapng 3", "out-nginx.pcapng 2", "out-unknown.pcapng 1");
        assertThat(report.bytes()).isEqualTo(writer.length());
    }

    @Test
    void shouldTellTheEquationAndItsOwnPacketsInEachFile() throws IOException {
        packet(0, 1, note("curl", null));
        packet(0, 2, note("curl", null));
        packet(0, 3, note("nginx", null));
        complete();
        for (String expected : List.of("curl 2", "nginx 1")) {
            String[] words = expected.split(" ");
            try (PcapngReader reader = PcapngReader.open(file(words[0]))) {
                while (reader.next()) {
                    // To its end, where the statistics are.
                }
                assertThat(reader.statistics())
                        .extracting(InterfaceStatistics::receivedPackets, InterfaceStatistics::comment)
                        .containsExactly(org.assertj.core.groups.Tuple.tuple(
                                77L, "received=77 packets_in_this_file=" + words[1]));
            }
        }
    }

    @Test
    void shouldGatherTheNamesThatComeTooLateInOneFile() throws IOException {
        for (int i = 0; i < SplitWriter.MOST_FILES + 3; i++) {
            packet(0, i, note("n" + i, null));
        }
        packet(0, 1000, note("n0", null), note("late", null), note("later", null));
        complete();
        assertThat(names()).hasSize(SplitWriter.MOST_FILES + 1).contains("out-others.pcapng");
        assertThat(read("others")).hasSize(4).allMatch(line -> line.contains("process=n6") || line.contains("=late"));
        assertThat(output.notes()).hasSize(1).first().asString().contains("more than 64 process names");
    }

    @Test
    void shouldLeaveAFileThatIsThereAlone() throws IOException {
        Files.writeString(file("curl"), "mine");
        packet(0, 1, note("curl", null));
        complete();
        assertThat(file("curl")).hasContent("mine");
        assertThat(read("curl-2")).hasSize(1);

        begin(true);
        packet(0, 1, note("curl", null));
        complete();
        assertThat(read("curl")).hasSize(1);
    }

    @Test
    void shouldLeaveNothingWhenAbandoned() throws IOException {
        packet(0, 1, note("curl", null));
        packet(0, 2, note("nginx", null));
        output.abandon();
        assertThat(names()).isEmpty();
    }

    private void packet(int interfaceId, int time, PacketNote... notes) throws IOException {
        writer.write(interfaceId, time, 60, ByteBuffer.allocate(60), writer.label(List.of(notes)));
    }

    private static PacketNote note(@Nullable String process, @Nullable String peer) {
        return new PacketNote(process(process), "snapshot", process(peer), PacketNote.Direction.UNKNOWN);
    }

    private static @Nullable NotedProcess process(@Nullable String name) {
        return name == null ? null : new NotedProcess(new ProcessIdentity(name.length(), 1), name, null, List.of());
    }

    private void complete() throws IOException {
        writer.close(List.of(new InterfaceStatistics(0, 0, 1, 77, -1, -1, -1, "received=77")));
        output.complete();
    }

    private Path file(String name) {
        return directory.resolve("out-" + name + ".pcapng");
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private List<String> read(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        try (PcapngReader reader = PcapngReader.open(file(name))) {
            while (reader.next()) {
                lines.add(reader.interfaces().get(reader.interfaceId()).name() + " " + reader.epochNanos() + " "
                        + reader.comment());
            }
        }
        return lines;
    }
}
