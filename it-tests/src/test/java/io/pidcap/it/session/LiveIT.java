package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Packets are looked at while the session runs: by other programs through a pipe, or in lines. */
class LiveIT {
    private static final String SERVER_ADDRESS = "127.42.0.1";
    private static final String TARGET_ADDRESS = "127.42.0.2";
    private static final String OTHER_ADDRESS = "127.42.0.3";
    private static final List<String> CAPTURE =
            List.of("capture", "-n", "it-target", "-i", "lo", "-f", "net 127.42.0.0/16");
    private static final Pattern LINE =
            Pattern.compile("(\\S+ \\S+) (\\S+) \\S+ > \\S+, IP (\\S+)\\.(\\d+) > (\\S+)\\.(\\d+): "
                    + "TCP \\[\\S+], length (\\d+), peer (\\S+)");

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;
    private long targetPid;
    private long echoPid;
    private String sessionId = "";

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    @Test
    void shouldStreamThePacketsToTshark() throws Exception {
        Pidcap.Running running =
                piped("tshark -l -n -r - -T fields -E separator=' ' -e ip.src -e ip.dst -e frame.comment", "-w", "-");
        talkWhileItRuns(running);
        JsonNode report = stop(running);
        List<String> rows = running.outText().lines().toList();
        assertThat(rows).hasSize((int) report.get("packets").get("kept").asLong());
        assertThat(rows)
                .allMatch(row -> row.startsWith(TARGET_ADDRESS + " " + SERVER_ADDRESS + " ")
                        || row.startsWith(SERVER_ADDRESS + " " + TARGET_ADDRESS + " "))
                .allMatch(row -> row.contains(" process=it-target pid=" + targetPid + " ")
                        && row.endsWith(" peer_pid=" + echoPid));
        assertThat(status()).isEqualTo("0");
        assertThat(running.errText()).contains("kept").contains("/dev/stdout");
    }

    @Test
    void shouldStreamThePacketsToTcpdump() throws Exception {
        Pidcap.Running running = piped("tcpdump -l -n -r -", "-w", "-", "--json");
        talkWhileItRuns(running);
        JsonNode report = stop(running);
        List<String> rows = running.outText().lines().toList();
        assertThat(rows)
                .hasSize((int) report.get("packets").get("kept").asLong())
                .allMatch(row -> row.contains(" " + TARGET_ADDRESS + ".") && row.contains(" " + SERVER_ADDRESS + "."));
        assertThat(status()).isEqualTo("0");
    }

    @Test
    void shouldEndQuietlyWhenItsReaderHasHadEnough() throws Exception {
        for (List<String> options : List.of(List.of("-w", "-"), List.<String>of(), List.of("--json"))) {
            Pidcap.Running running = piped("head -c 300", options.toArray(String[]::new));
            running.awaitErr("Ctrl-C stops");
            try (TrafficProgram echo = echo();
                    TrafficProgram target = client("it-target", TARGET_ADDRESS, echo.readPort())) {
                target.tell("open");
                // Each is a packet at which the pipe may be found closed.
                Await.until("pidcap ends by itself", () -> {
                    target.tell("send 1 100");
                    return !running.process().isAlive();
                });
            }
            assertThat(running.process().isAlive()).isFalse();
            assertThat(status()).as(running.errText()).isEqualTo("0");
            assertThat(running.errText())
                    .contains("nobody reads standard output any more")
                    .contains("writing the output")
                    .doesNotContain("Broken pipe")
                    .doesNotContain("does not add up")
                    .doesNotContain("\tat ");
            assertThat(Files.size(running.out())).isEqualTo(300);
        }
    }

    /** The same packets are picked out of the kept spool afterwards, and read by tshark. */
    @Test
    void shouldPrintEachPacketInALineWithItsProcess() throws Exception {
        Pidcap.Running running = pidcap.start(with("--keep-all"));
        talkWhileItRuns(running);
        stop(running);
        List<String> printed = new ArrayList<>();
        for (String line : running.outText().lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            assertThat(matcher.group(2)).isEqualTo("it-target[" + targetPid + "]");
            assertThat(matcher.group(8)).startsWith("python3").endsWith("[" + echoPid + "]");
            printed.add(epochTime(matcher.group(1)) + "," + matcher.group(3) + "," + matcher.group(4) + ","
                    + matcher.group(5) + "," + matcher.group(6) + "," + matcher.group(7));
        }
        assertThat(printed).isEqualTo(readByTshark());
        assertThat(running.errText()).contains("it-target").contains(" received = ");
    }

    @Test
    void shouldPrintEachPacketAsALineOfJson() throws Exception {
        Pidcap.Running running = pidcap.start(with("--keep-all", "--json"));
        talkWhileItRuns(running);
        stop(running);
        List<String> printed = new ArrayList<>();
        for (String line : running.outText().lines().toList()) {
            JsonNode packet = Status.parse(line);
            assertThat(packet.at("/process/name").asString()).isEqualTo("it-target");
            assertThat(packet.at("/process/pid").asLong()).isEqualTo(targetPid);
            assertThat(packet.at("/process/reason").asString()).isIn("socket_event", "tail");
            assertThat(packet.at("/process/peer/pid").asLong()).isEqualTo(echoPid);
            printed.add(seconds(Long.parseLong(packet.get("epochNanos").asString())) + ","
                    + packet.at("/source/address").asString() + ","
                    + packet.at("/source/port").asLong() + ","
                    + packet.at("/destination/address").asString() + ","
                    + packet.at("/destination/port").asLong() + ","
                    + packet.get("length").asLong());
        }
        assertThat(printed).isEqualTo(readByTshark());
    }

    @Test
    void shouldEndASessionWhoseCoordinatorDied() throws Exception {
        Pidcap.Running running = pidcap.start(with("--force"));
        talkWhileItRuns(running);
        String id = Status.onlySession(pidcap).get("id").asString();
        running.process().destroyForcibly().waitFor();
        Pidcap.Result recovered = pidcap.run("recover", id);
        assertThat(recovered.exitCode()).as(recovered.err()).isZero();
        assertThat(recovered.out() + recovered.err()).contains("its packets went to standard output");
        assertThat(Path.of("/dev/stdout")).isSymbolicLink();
        assertThat(Path.of("/dev/stdout.part")).doesNotExist();
    }

    @Test
    void shouldRefuseWhatCannotGoToStandardOutput() throws Exception {
        assertRefused(pidcap.run("start", "-n", "x", "-w", "-"), 2, "-w -", "name a file with -w");
        assertRefused(pidcap.run("run", "-w", "-", "--", "true"), 125, "-w -", "name a file with -w");
        assertRefused(pidcap.run(with("-w", "-", "--split")), 2, "--split", "name a file or a directory with -w");
        assertRefused(pidcap.run(with("--split")), 2, "--split", "name a file or a directory with -w");
    }

    private static void assertRefused(Pidcap.Result result, int exitCode, String what, String remedy) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(what).contains(remedy).doesNotContain("\tat ");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    private static String[] with(String... options) {
        List<String> all = new ArrayList<>(CAPTURE);
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    /** What {@code reader} prints is the output; the status of pidcap is in a file. */
    private Pidcap.Running piped(String reader, String... options) throws IOException {
        Files.deleteIfExists(directory.resolve("status"));
        String pipe = "{ \"$@\"; echo $? >'" + directory.resolve("status") + "'; } | " + reader;
        return pidcap.start(List.of("sh", "-c", pipe, "sh"), with(options));
    }

    private String status() throws IOException {
        return Files.readString(directory.resolve("status")).strip();
    }

    /** What the target says is there before it says more, in both directions; the bystander is done by then. */
    private void talkWhileItRuns(Pidcap.Running running) throws Exception {
        running.awaitErr("Ctrl-C stops");
        try (TrafficProgram echo = echo()) {
            echoPid = echo.pid();
            int port = echo.readPort();
            try (TrafficProgram other = client("it-other", OTHER_ADDRESS, port);
                    TrafficProgram target = client("it-target", TARGET_ADDRESS, port)) {
                targetPid = target.pid();
                other.tell("open");
                other.tell("send 10 500");
                target.tell("open");
                long before = 0;
                for (int message = 0; message < 5; message++) {
                    target.tell("send 1 500");
                    long atLeast = before + 2;
                    Await.until("its packets are there", () -> rows(running) >= atLeast);
                    before = rows(running);
                }
                target.tell("close");
                other.tell("close");
            }
            Status.awaitEventsUntilNow(pidcap);
        }
        assertThat(running.process().isAlive()).isTrue();
    }

    private static long rows(Pidcap.Running running) throws IOException {
        return running.outText().lines().count();
    }

    private JsonNode stop(Pidcap.Running running) throws Exception {
        sessionId = Status.onlySession(pidcap).get("id").asString();
        JsonNode report = sessions.stop(sessionId);
        Pidcap.Result result = running.await();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(report.get("packets").get("kept").asLong()).isGreaterThan(10);
        return report;
    }

    private List<String> readByTshark() throws Exception {
        Path file = directory.resolve("target.pcapng");
        Pidcap.Result filtered = pidcap.run("filter", sessionId, "-n", "it-target", "-w", file.toString());
        assertThat(filtered.exitCode()).as(filtered.err()).isZero();
        return Tshark.fields(
                file, "", "frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "frame.len");
    }

    private static String epochTime(String local) {
        var time = LocalDateTime.parse(local.replace(' ', 'T'))
                .atZone(ZoneId.systemDefault())
                .toInstant();
        return seconds(time.getEpochSecond() * 1_000_000_000 + time.getNano());
    }

    private static String seconds(long epochNanos) {
        return epochNanos / 1_000_000_000 + "." + String.format("%09d", epochNanos % 1_000_000_000);
    }

    private TrafficProgram echo() throws IOException {
        return TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER_ADDRESS);
    }

    private TrafficProgram client(String name, String address, int port) throws IOException {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER_ADDRESS, Integer.toString(port));
    }
}
