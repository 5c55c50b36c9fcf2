package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Saboteur;
import io.pidcap.it.support.Saboteur.Harm;
import io.pidcap.it.support.Saboteur.Stage;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Workers fail from within at each stage of their lives: out of memory, with an error, or both stand still at once. */
class WorkerStagesIT {
    private static final String SERVER = "127.234.0.1";
    private static final String TARGET = "127.234.0.2";

    @TempDir
    Path directory;

    private Path file;
    private Saboteur saboteur;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() throws Exception {
        saboteur = Saboteur.create();
        pidcap = new Pidcap(directory, saboteur.jvmOption());
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        file = directory.resolve("out.pcapng");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
        saboteur.close();
    }

    @ParameterizedTest
    @CsvSource({
        "capture, BEFORE_HELLO, OUT_OF_MEMORY",
        "events, BEFORE_HELLO, OUT_OF_MEMORY",
        "capture, BEFORE_HELLO, EXIT",
        "events, BEFORE_HELLO, EXIT",
        "capture, BEFORE_READY, OUT_OF_MEMORY",
        "events, BEFORE_READY, OUT_OF_MEMORY",
        "capture, BEFORE_READY, EXIT",
        "events, BEFORE_READY, EXIT",
        "capture+events, BEFORE_HELLO, OUT_OF_MEMORY",
        "capture+events, BEFORE_READY, EXIT",
        "capture+events, BEFORE_HELLO, HANG",
        "capture+events, BEFORE_READY, HANG"
    })
    void shouldStartAnotherBeforeTheSessionIsReady(String roles, Stage stage, Harm harm) throws Exception {
        List<String> hit = List.of(roles.split("[+]"));
        saboteur.order(roles, stage, harm);
        String id = start();
        exchange(10, 100);
        JsonNode report = sessions.stop(id);
        assertThat(endsOf(report, hit))
                .hasSameSizeAs(hit)
                .allSatisfy(end -> assertThat(end).contains(wordsOf(harm)));
        assertThat(report.get("workerRuns")).hasSize(2 + hit.size());
        assertThat(report.get("gaps")).isEmpty();
        LossEquation.assertHolds(report.get("packets"));
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    @ParameterizedTest
    @CsvSource({
        "capture, OUT_OF_MEMORY",
        "events, OUT_OF_MEMORY",
        "capture, EXIT",
        "events, EXIT",
        "capture+events, OUT_OF_MEMORY",
        "capture+events, HANG"
    })
    void shouldRestartWhileCapturingAndTellTheGap(String roles, Harm harm) throws Exception {
        List<String> hit = List.of(roles.split("[+]"));
        String id = start();
        exchange(10, 100);
        awaitPackets();
        saboteur.order(roles, Stage.CAPTURING, harm);
        Await.until("every worker is ready again", () -> readyRuns() == 2 + hit.size());
        exchange(10, 300);
        JsonNode report = sessions.stop(id);
        assertThat(gapsOf(report)).containsExactlyInAnyOrderElementsOf(hit);
        report.get("gaps")
                .forEach(gap -> assertThat(gap.get("reason").asString()).contains(wordsOf(harm)));
        LossEquation.assertHolds(report.get("packets"));
        assertThat(payload()).isEqualTo(2 * 10 * (100 + 300));
    }

    @ParameterizedTest
    @CsvSource({
        "capture, OUT_OF_MEMORY",
        "events, OUT_OF_MEMORY",
        "capture, EXIT",
        "events, EXIT",
        "capture+events, EXIT",
        "capture+events, HANG"
    })
    void shouldEndInOrderFromWithinTheStop(String roles, Harm harm) throws Exception {
        String id = start();
        exchange(10, 100);
        awaitPackets();
        saboteur.order(roles, Stage.STOPPING, harm);
        JsonNode report = sessions.stop(id);
        List<String> hit = List.of(roles.split("[+]"));
        assertThat(report.get("state").asString()).isEqualTo("finished");
        assertThat(endsOf(report, hit))
                .hasSameSizeAs(hit)
                .allSatisfy(end -> assertThat(end).contains(wordsOf(harm)));
        assertThat(report.get("workerRuns")).hasSize(2);
        LossEquation.assertHolds(report.get("packets"));
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"capture", "events"})
    void shouldEndInOrderWhenNoWorkerHasEnoughMemory(String role) throws Exception {
        String id = start();
        exchange(10, 100);
        awaitPackets();
        saboteur.orderAlways(role, Stage.BEFORE_READY, Harm.OUT_OF_MEMORY);
        Victim.signal(Victim.worker(pidcap, role), "KILL");
        Await.until("the session has ended", () -> pidcap.run("status").out().contains("no session is running"));
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(7);
        assertThat(stopped.err())
                .contains("failed 5 times in a row", "OutOfMemoryError")
                .doesNotContain("\tat ");
        assertThat(payload()).isEqualTo(2 * 10 * 100);
    }

    private static String wordsOf(Harm harm) {
        return switch (harm) {
            case OUT_OF_MEMORY -> "java.lang.OutOfMemoryError";
            case EXIT -> "ended with status " + Saboteur.EXIT_STATUS;
            case HANG -> "and was killed";
        };
    }

    private String start() throws Exception {
        return sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-w", file.toString()));
    }

    /** So many messages to a server and back, by a connection that is open for no longer. */
    private void exchange(int count, int bytes) throws Exception {
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", TARGET, SERVER, port)) {
                target.tell("open");
                target.tell("send " + count + " " + bytes);
                Status.awaitEventsUntilNow(pidcap);
            }
        }
    }

    /** Until nothing of what was sent is only with the workers. */
    private void awaitPackets() {
        Status.awaitEventsUntilNow(pidcap);
        Await.until("the session has what was sent", () -> {
            JsonNode packets = Status.onlySession(pidcap).get("packets");
            return packets.get("kept").asLong() > 2 * 10
                    && packets.get("waiting").asLong() == 0;
        });
    }

    private long readyRuns() throws Exception {
        JsonNode runs = Status.onlySession(pidcap).get("workerRuns");
        return StreamSupport.stream(runs.spliterator(), false)
                .filter(run -> !run.get("ready").isNull())
                .count();
    }

    private static List<String> endsOf(JsonNode report, List<String> roles) {
        List<String> ends = new ArrayList<>();
        for (JsonNode run : report.get("workerRuns")) {
            String end = run.get("end").asString();
            if (roles.contains(run.get("worker").asString()) && !end.isEmpty()) {
                ends.add(end);
            }
        }
        return ends;
    }

    private static List<String> gapsOf(JsonNode report) {
        return StreamSupport.stream(report.get("gaps").spliterator(), false)
                .map(gap -> gap.get("worker").asString())
                .toList();
    }

    private long payload() throws Exception {
        return Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
    }
}
