package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One process is captured with {@code --keep-all}, another is picked out of the same session afterwards. */
class KeepAllIT {
    private static final String SERVER_ADDRESS = "127.9.0.1";
    private static final String TARGET_ADDRESS = "127.9.0.2";
    private static final String OTHER_ADDRESS = "127.9.0.3";

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    /** Both workers are restarted in the middle, so that the spool has two runs and the journal two snapshots. */
    @Test
    void shouldPickAnotherProcessAfterwards() throws Exception {
        String id = start("--keep-all");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER_ADDRESS)) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target = client("it-target", TARGET_ADDRESS, port);
                    TrafficProgram other = client("it-other", OTHER_ADDRESS, port)) {
                talk(target, other);
                for (String worker : List.of("capture", "events")) {
                    Pidcap.Result restarted = pidcap.run("restart", id, worker);
                    assertThat(restarted.exitCode()).as(restarted.err()).isZero();
                }
                talk(target, other);
            }
            Status.awaitEventsUntilNow(pidcap);
        }
        Pidcap.Result stopped = pidcap.run("stop", id);
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        assertThat(stopped.out()).contains("pidcap filter " + id);
        Path captured = directory.resolve("out.pcapng");
        assertThat(Tshark.count(captured, "ip.addr != " + TARGET_ADDRESS)).isZero();

        for (String suffix : List.of("pcap", "pcapng")) {
            Path picked = directory.resolve("other." + suffix);
            JsonNode packets = filter(id, "it-other", picked);
            assertThat(Tshark.count(picked, ""))
                    .isEqualTo(packets.get("kept").asLong())
                    .isGreaterThan(100);
            assertThat(Tshark.count(picked, "ip.addr == " + OTHER_ADDRESS)).isEqualTo(Tshark.count(picked, ""));
            LossEquation.assertHolds(packets);
        }

        Path again = directory.resolve("again.pcapng");
        filter(id, "it-target", again);
        assertThat(Tshark.fields(again, "", "frame.time_epoch", "frame.len", "tcp.seq_raw"))
                .isEqualTo(Tshark.fields(captured, "", "frame.time_epoch", "frame.len", "tcp.seq_raw"));
    }

    @Test
    void shouldSayThatNothingWasKept() throws Exception {
        String id = start();
        assertThat(pidcap.run("stop", id).exitCode()).isZero();
        Pidcap.Result refused = pidcap.run(
                "filter", id, "-n", "x", "-w", directory.resolve("x.pcapng").toString());
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.err()).contains(id).contains("--keep-all").doesNotContain("\tat ");
        assertThat(Files.exists(directory.resolve("x.pcapng"))).isFalse();
    }

    /** The last chance of what was captured when the output's directory is gone. */
    @Test
    void shouldKeepAllWhenTheOutputCannotBeCompleted() throws Exception {
        Path place = Files.createDirectory(directory.resolve("place"));
        String id = startTo(place.resolve("out.pcapng"), "--keep-all");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER_ADDRESS)) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target = client("it-target", TARGET_ADDRESS, port)) {
                talk(target);
            }
            Status.awaitEventsUntilNow(pidcap);
        }
        Files.delete(place.resolve("out.pcapng.part"));
        Files.delete(place);
        Pidcap.Result stopped = pidcap.run("stop", id);
        assertThat(stopped.exitCode()).isNotZero();
        assertThat(stopped.err()).contains(place.toString()).doesNotContain("\tat ");

        Path picked = directory.resolve("picked.pcapng");
        filter(id, "it-target", picked);
        assertThat(Tshark.count(picked, "ip.addr == " + TARGET_ADDRESS)).isGreaterThan(40);
    }

    @Test
    void shouldRefuseToFilterASessionThatStillCaptures() throws Exception {
        String id = start("--keep-all");
        Path file = directory.resolve("x.pcapng");
        Pidcap.Result refused = pidcap.run("filter", id, "-n", "x", "-w", file.toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("pidcap stop " + id).doesNotContain("\tat ");
        assertThat(Files.exists(file)).isFalse();
    }

    private String start(String... options) throws Exception {
        return startTo(directory.resolve("out.pcapng"), options);
    }

    private String startTo(Path output, String... options) throws Exception {
        String file = output.toString();
        List<String> all =
                new ArrayList<>(List.of("-n", "it-target", "-i", "lo", "-f", "net 127.9.0.0/16", "-w", file));
        all.addAll(List.of(options));
        return sessions.start(List.of(), all);
    }

    private TrafficProgram client(String name, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER_ADDRESS, port);
    }

    private static void talk(TrafficProgram... clients) throws Exception {
        for (TrafficProgram client : clients) {
            client.tell("open");
            client.tell("send 20 700");
            client.tell("close");
            client.tell("once 10");
        }
    }

    private JsonNode filter(String id, String name, Path file) throws Exception {
        Pidcap.Result result = pidcap.run("filter", id, "-n", name, "-w", file.toString(), "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        return Status.parse(result.out()).get("packets");
    }
}
