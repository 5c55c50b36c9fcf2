package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.FrozenProcesses;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Workers die and hang: what was lost by that is told, all else is captured. */
class WorkerFaultIT {
    private static final String SERVER = "127.223.0.1";
    private static final String TARGET = "127.223.0.2";

    @TempDir
    Path directory;

    private Path file;
    private Pidcap pidcap;
    private StartedSessions sessions;
    private final FrozenProcesses frozen = new FrozenProcesses();

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        file = directory.resolve("out.pcapng");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        frozen.thawAll();
        sessions.close();
    }

    @ParameterizedTest
    @CsvSource({"capture, KILL", "events, KILL", "capture+events, KILL", "capture, STOP", "events, STOP"})
    void shouldRestartAWorkerWhileCapturingAndTellTheGap(String roles, String signal) throws Exception {
        List<String> hit = List.of(roles.split("[+]"));
        String id = start();
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram target = client(echo)) {
            target.tell("open");
            target.tell("send 10 100");
            Status.awaitEventsUntilNow(pidcap);
            awaitPayload(10 * 100);
            Instant before = Instant.now();
            for (String role : hit) {
                long worker = Victim.worker(pidcap, role);
                if (signal.equals("STOP")) {
                    frozen.freeze(worker);
                } else {
                    Victim.signal(worker, signal);
                }
            }
            Await.until("every worker is ready again", () -> readyRuns() == 2 + hit.size());
            Instant after = Instant.now();
            target.tell("send 10 300");
            Status.awaitEventsUntilNow(pidcap);
            assertThat(gapsOf(Status.onlySession(pidcap))).containsExactlyInAnyOrderElementsOf(hit);

            Path copy = Files.copy(journal(id), directory.resolve("journal"));
            String why = signal.equals("KILL") ? "signal 9" : "has sent nothing for some time and was killed";
            assertThat(Files.readString(copy, StandardCharsets.ISO_8859_1).contains(why))
                    .as("the journal tells: " + why)
                    .isTrue();
            JsonNode report = stop(id, 0);
            assertThat(gapsOf(report)).containsExactlyInAnyOrderElementsOf(hit);
            for (JsonNode gap : report.get("gaps")) {
                assertThat(gap.get("reason").asString()).contains(why);
                Instant from = Instant.parse(gap.get("from").asString());
                Instant until = Instant.parse(gap.get("until").asString());
                assertThat(from).isBetween(before.minusSeconds(2), until);
                assertThat(until).isBefore(after);
                assertThat(gap.get("incomplete").asBoolean()).isFalse();
            }
            assertThat(report.get("workerRuns")).hasSize(2 + hit.size());
            assertThat(payload())
                    .as("%s", Tshark.fields(file, "tcp.len>0", "ip.src", "tcp.srcport", "tcp.dstport", "tcp.len"))
                    .isEqualTo(2 * 10 * (100 + 300));
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains(" gaps=" + hit.size());
        }
    }

    @Test
    void shouldTellTheGapInTheSummary() throws Exception {
        String id = start();
        Victim.signal(Victim.worker(pidcap, "events"), "KILL");
        Await.until("it is ready again", () -> readyRuns() == 3);
        Pidcap.Result stopped = pidcap.run("stop", id);
        assertThat(stopped.out()).contains("gap: no events worker from ").contains("signal 9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"capture", "events"})
    void shouldStartAnotherForOneThatDiesBeforeItIsReady(String role) throws Exception {
        Pidcap.Running starting = pidcap.start("start", "-n", "it-target", "-i", "lo", "-w", file.toString());
        String mainClass = role.equals("capture") ? "CaptureWorkerMain" : "EventWorkerMain";
        List<ProcessHandle> found = new ArrayList<>();
        Await.until("the worker begins", () -> {
            found.addAll(workersOf(starting.process().toHandle(), mainClass));
            return !found.isEmpty();
        });
        Victim.signal(found.get(0).pid(), "KILL");
        Pidcap.Result started = starting.await();
        assertThat(started.exitCode()).as(started.err()).isZero();
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram target = client(echo)) {
            target.tell("open");
            target.tell("send 10 100");
            Status.awaitEventsUntilNow(pidcap);
        }
        JsonNode report = stop(started.out().strip(), 0);
        assertThat(report.get("workerRuns")).hasSize(3);
        assertThat(report.get("gaps")).isEmpty();
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    /** A hanging worker is told to stop, and then dies, or goes on hanging until it is killed. */
    @ParameterizedTest
    @CsvSource({"capture, true", "events, true", "capture, false", "events, false"})
    void shouldEndInOrderWhenAWorkerDiesOrHangsWhileStopping(String role, boolean dies) throws Exception {
        String id = start();
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram target = client(echo)) {
            target.tell("open");
            target.tell("send 10 100");
            Status.awaitEventsUntilNow(pidcap);
            awaitPayload(10 * 100);
        }
        long worker = Victim.worker(pidcap, role);
        frozen.freeze(worker);
        Pidcap.Running stop = pidcap.start("stop", id, "--json");
        if (dies) {
            Await.until(
                    "it is stopping",
                    () -> Files.readString(journal(id).resolveSibling("session.json"))
                            .contains("\"stopping\""));
            Victim.signal(worker, "KILL");
        }
        Pidcap.Result stopped = stop.await();
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        JsonNode report = Status.parse(stopped.out());
        assertThat(report.get("state").asString()).isEqualTo("finished");
        assertThat(gapsOf(report)).contains(role);
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    @ParameterizedTest
    @CsvSource({
        "capture, gone, is not installed",
        "event, gone, is not installed",
        "capture, broken, failed 5 times in a row",
        "event, broken, failed 5 times in a row"
    })
    void shouldEndInOrderWhenAWorkerCannotComeBack(String role, String how, String words) throws Exception {
        Path lib = directory.resolve("lib");
        copy(Path.of(System.getProperty("pidcap.dist"), "lib"), lib);
        pidcap = new Pidcap(directory, "", List.of("-Dpidcap.lib=" + lib));
        String id = start();
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram target = client(echo)) {
            target.tell("open");
            target.tell("send 10 100");
            Status.awaitEventsUntilNow(pidcap);
            awaitPayload(10 * 100);
        }
        Path jar = lib.resolve("pidcap-" + role + "-worker.jar");
        // The worker that runs keeps the old file.
        Files.delete(jar);
        if (how.equals("broken")) {
            Files.writeString(jar, "no jar");
        }
        Victim.signal(Victim.worker(pidcap, role.equals("event") ? "events" : role), "KILL");
        Await.until("the session has ended", () -> pidcap.run("status").out().contains("no session is running"));
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(7);
        assertThat(stopped.err()).contains(words).doesNotContain("\tat ");
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    private String start() throws Exception {
        Pidcap.Result started = pidcap.run("start", "-n", "it-target", "-i", "lo", "-w", file.toString());
        assertThat(started.exitCode()).as(started.err()).isZero();
        return started.out().strip();
    }

    private JsonNode stop(String id, int exitCode) throws Exception {
        Pidcap.Result result = pidcap.run("stop", id, "--json");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        return Status.parse(result.out());
    }

    private TrafficProgram client(TrafficProgram echo) throws Exception {
        return TrafficProgram.start(
                directory, "it-target", "client", "tcp", TARGET, SERVER, Integer.toString(echo.readPort()));
    }

    /** Until the session has kept what was sent to and fro. */
    private void awaitPayload(long bytesEachWay) {
        Await.until("the session has " + bytesEachWay + " bytes each way", () -> {
            long bytes = 0;
            for (JsonNode process : Status.onlySession(pidcap).get("processes")) {
                bytes += process.get("bytes").asLong();
            }
            return bytes > 2 * bytesEachWay;
        });
    }

    private long readyRuns() throws Exception {
        JsonNode runs = Status.onlySession(pidcap).get("workerRuns");
        return StreamSupport.stream(runs.spliterator(), false)
                .filter(run -> !run.get("ready").isNull())
                .count();
    }

    private static List<String> gapsOf(JsonNode report) {
        return StreamSupport.stream(report.get("gaps").spliterator(), false)
                .map(gap -> gap.get("worker").asString())
                .toList();
    }

    private static List<ProcessHandle> workersOf(ProcessHandle parent, String mainClass) {
        return parent.descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(mainClass))
                .toList();
    }

    private Path journal(String id) {
        return directory.resolve("state/sessions").resolve(id).resolve("journal");
    }

    private long payload() throws Exception {
        return Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path one : files.toList()) {
                Files.copy(one, to.resolve(from.relativize(one).toString()));
            }
        }
    }
}
