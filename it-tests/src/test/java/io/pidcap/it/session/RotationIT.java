package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Flood;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** One file after the other, limits, and the filter expression, with a sender alone on its network. */
class RotationIT {
    private static final int SENT = 2000;
    private static final int PAYLOAD_BYTES = 600;

    @TempDir
    Path directory;

    private Path files;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() throws IOException {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        files = Files.createDirectory(directory.resolve("files"));
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.CC);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    @Test
    void shouldWriteOneFileAfterTheOtherWithEveryPacket() throws Exception {
        JsonNode report = flooded("-n", Flood.NAME, "-C", "100K", "-w", file("a.pcapng"));
        assertThat(report.at("/packets/kept").asLong()).isEqualTo(SENT);
        List<Path> all = reported(report);
        assertThat(all).hasSizeGreaterThan(9).contains(files.resolve("a.pcapng"), files.resolve("a.pcapng9"));
        assertThat(names()).hasSize(all.size()).noneMatch(name -> name.endsWith(".part"));
        List<String> times = new ArrayList<>();
        for (Path file : all) {
            assertThat(Files.size(file)).isLessThan(110 << 10);
            List<String> rows = Tshark.fields(file, "", "frame.time_epoch", "frame.interface_name", "frame.comment");
            assertThat(rows).allMatch(row -> row.contains(",lo,process=" + Flood.NAME + " pid="));
            rows.forEach(row -> times.add(row.substring(0, row.indexOf(','))));
            assertThat(capinfos(file)).contains("Number of packets:   " + rows.size());
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .contains("packets_in_this_file=" + rows.size());
        }
        assertThat(times).hasSize(SENT).isSorted();
    }

    @Test
    void shouldKeepTheNewestInARing() throws Exception {
        JsonNode report = flooded("-n", Flood.NAME, "-C", "100K", "-W", "3", "-w", file("r.pcap"));
        assertThat(names()).containsExactly("r.pcap0", "r.pcap1", "r.pcap2");
        assertThat(report.at("/packets/kept").asLong()).isEqualTo(SENT);
        long there = 0;
        for (Path file : reported(report)) {
            there += Tshark.count(file, "");
            assertThat(capinfos(file)).contains("nsecpcap");
        }
        assertThat(there).isLessThan(SENT).isGreaterThan(300);
        assertThat(report.get("endNotes").toString()).contains("of the packets kept, " + (SENT - there) + " were in ");
    }

    @Test
    void shouldKeepExactlySoManyPackets() throws Exception {
        Path file = files.resolve("c.pcapng");
        try (Flood flood = Flood.start(directory, SENT, PAYLOAD_BYTES)) {
            Pidcap.Running capture = pidcap.start(
                    flood.inItsNetwork(), "capture", "-i", "lo", "-c", "777", "--json", "-w", file.toString());
            capture.awaitErr("capturing lo");
            flood.send();
            Pidcap.Result ended = capture.await();
            assertThat(ended.exitCode()).as(ended.err()).isZero();
            JsonNode packets = Status.parse(ended.out()).get("packets");
            assertThat(packets.get("kept").asLong()).isEqualTo(777);
            assertThat(packets.get("received").asLong())
                    .isEqualTo(777 + packets.at("/skipped/after the limit").asLong())
                    .isLessThanOrEqualTo(SENT);
            assertThat(packets.get("dropped").toString()).doesNotContainPattern(":[1-9]");
        }
        assertThat(Tshark.count(file, "")).isEqualTo(777);
        assertThat(capinfos(file)).contains("Number of packets:   777");
    }

    @Test
    void shouldEndALiveCaptureAfterExactlySoManyPackets() throws Exception {
        Pidcap.Running streamed = floodedLive("-c", "333", "-w", "-");
        assertThat(Tshark.count(streamed.out(), "")).isEqualTo(333);
        Pidcap.Running printed = floodedLive("-c", "333");
        assertThat(printed.outText().lines())
                .hasSize(333)
                .allMatch(line -> line.contains(" " + Flood.NAME + "[") && line.contains(": UDP"));
    }

    /** Ends by itself. */
    private Pidcap.Running floodedLive(String... options) throws Exception {
        try (Flood flood = Flood.start(directory, SENT, PAYLOAD_BYTES)) {
            List<String> all = new ArrayList<>(List.of("capture", "-i", "lo"));
            all.addAll(List.of(options));
            Pidcap.Running capture = pidcap.start(flood.inItsNetwork(), all.toArray(String[]::new));
            capture.awaitErr("capturing lo");
            flood.send();
            Await.until("it ends by itself", () -> !capture.process().isAlive());
            assertThat(capture.process().exitValue()).as(capture.errText()).isZero();
            assertThat(capture.errText()).contains("333 packets").contains("after the limit");
            return capture;
        }
    }

    @Test
    void shouldEndAfterTheLastPeriodThoughNothingComes() throws Exception {
        try (Flood flood = Flood.start(directory, 5, PAYLOAD_BYTES)) {
            Pidcap.Running capture = pidcap.start(
                    flood.inItsNetwork(), "capture", "-i", "lo", "-G", "2", "-W", "2", "-w", file("g-%s.pcapng"));
            capture.awaitErr("capturing lo");
            Await.until(
                    "the first file is complete, with nothing in it",
                    () -> names().stream().anyMatch(name -> name.endsWith(".pcapng")));
            flood.send();
            Pidcap.Result ended = capture.await();
            assertThat(ended.exitCode()).as(ended.err()).isZero();
            assertThat(ended.out()).contains("5 packets in ");
        }
        assertThat(names()).hasSize(2).allMatch(name -> name.matches("g-[0-9]+\\.pcapng"));
        assertThat(Tshark.count(files.resolve(names().get(0)), "")).isZero();
        assertThat(Tshark.count(files.resolve(names().get(1)), "")).isEqualTo(5);
    }

    @Test
    void shouldFilterInTheKernelByTheWordsBehindTheOptions() throws Exception {
        Path file = files.resolve("f.pcapng");
        JsonNode report = flooded("-w", file.toString(), "udp", "and", "less", "100");
        assertThat(report.at("/packets/received").asLong()).isZero();
        report = flooded("-n", Flood.NAME, "--force", "-w", file.toString(), "udp", "and", "greater", "100");
        assertThat(report.at("/packets/received").asLong()).isEqualTo(SENT);
        assertThat(report.at("/selection/filter").asString()).isEqualTo("udp and greater 100");
        assertThat(Tshark.count(file, "udp")).isEqualTo(SENT);
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("udp and greater 100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"capture", "start"})
    void shouldTellWhatLibpcapSaysOfAWrongFilter(String command) throws Exception {
        Pidcap.Result refused = pidcap.run(command, "-i", "lo", "-w", file("w.pcapng"), "tcp", "prot", "80");
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err())
                .contains("filter \"tcp prot 80\" on lo: ")
                .contains("syntax error")
                .doesNotContain("\tat ");
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(names()).isEmpty();
    }

    /** Cooked packets have no destination address, those of lo have. */
    @Test
    void shouldNameTheInterfaceWhoseLinkTypeTheFilterDoesNotFit() throws Exception {
        Pidcap.Result refused = pidcap.run(
                "capture", "-i", "lo", "-i", "any", "-w", file("w.pcapng"), "ether", "dst", "02:00:00:00:00:01");
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err())
                .contains("filter \"ether dst 02:00:00:00:00:01\" on any: ")
                .doesNotContain("\tat ");
        assertThat(names()).isEmpty();
    }

    /** The report of a session that saw {@value #SENT} datagrams on {@code lo}. */
    private JsonNode flooded(String... options) throws Exception {
        try (Flood flood = Flood.start(directory, SENT, PAYLOAD_BYTES)) {
            List<String> all = new ArrayList<>(List.of("-i", "lo"));
            all.addAll(List.of(options));
            String id = sessions.start(flood.inItsNetwork(), all);
            flood.send();
            return sessions.stop(id);
        }
    }

    private String file(String name) {
        return files.resolve(name).toString();
    }

    private static List<Path> reported(JsonNode report) {
        List<Path> paths = new ArrayList<>();
        for (JsonNode file : report.at("/output/files")) {
            paths.add(Path.of(file.get("path").asString()));
        }
        return paths;
    }

    private List<String> names() throws IOException {
        try (var found = Files.list(files)) {
            return found.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static String capinfos(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("capinfos", "-M", file.toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
