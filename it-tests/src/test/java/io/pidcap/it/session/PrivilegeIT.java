package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.LeastPrivilege;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.ThreadStatus;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.UnprivilegedPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the workers may do while a session runs, as the kernel tells of each of their threads. */
class PrivilegeIT {
    private static final String SERVER = "127.231.0.1";
    private static final String TARGET = "127.231.0.2";

    /** A bit of linux/capability.h. */
    private static final long NET_RAW = 1L << 13;

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private Path file;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        // Segments are small, so that many files are made after the privileges are gone.
        pidcap = new Pidcap(directory, "", List.of("-Dpidcap.spool.segmentBytes=65536"));
        file = directory.resolve("out.pcapng");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--events=proc", "--events=ebpf", "--prefilter"})
    void shouldLeaveTheWorkersNothingThatTheyDoNotNeedAlsoAfterTheirRestarts(String option) throws Exception {
        if (!option.equals("--events=proc")) {
            Require.all(option.equals("--prefilter") ? Require.PREFILTER : Require.EBPF);
        }
        long packets = 0;
        try (StartedSessions sessions = new StartedSessions(pidcap);
                TrafficProgram echo = TrafficProgram.start(directory, "it-least-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-least", "client", "tcp", TARGET, SERVER, port)) {
                String id =
                        sessions.start(List.of(), List.of("-n", "it-least", "-i", "lo", "-w", file.toString(), option));
                target.tell("open");
                LeastPrivilege.assertOfWorkers(pidcap, option);
                target.tell("send 100 2000");
                for (String worker : List.of("capture", "events")) {
                    Pidcap.Result restarted = pidcap.run("restart", id, worker);
                    assertThat(restarted.exitCode()).as(restarted.err()).isZero();
                    LeastPrivilege.assertOfWorkers(pidcap, option);
                    target.tell("send 100 2000");
                }
                Status.awaitEventsUntilNow(pidcap);
                JsonNode report = sessions.stop(id);
                packets = report.at("/packets/kept").asLong();
                assertThat(report.at("/packets/dropped/by the system").asLong()).isZero();
            }
        }
        assertThat(payload(file)).isEqualTo(3 * 2 * 100 * 2000);
        assertThat(Tshark.count(file, "ip.addr==" + TARGET)).isEqualTo(packets);
    }

    private static long payload(Path file) throws Exception {
        return Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    @ParameterizedTest
    @EnumSource(UnprivilegedPlace.Who.class)
    void shouldCaptureOnesOwnProcessesWithNetRawAlone(UnprivilegedPlace.Who who) throws Exception {
        Path place = Files.createTempDirectory("pidcap-it-");
        UnprivilegedPlace user = UnprivilegedPlace.prepare(who, place);
        try (TrafficProgram echo = user.traffic("it-least-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            Path output = place.resolve("own.pcapng");
            try (TrafficProgram target = user.traffic("it-least", "client", "tcp", TARGET, SERVER, port)) {
                target.tell("open");
                Pidcap.Running capture = user.pidcap("capture", "-n", "it-least", "-i", "lo", "-w", output.toString());
                capture.awaitErr("; Ctrl-C stops");
                assertThat(capture.errText()).contains("poll interval");
                assertNetRawAlone(who, user, capture);
                target.tell("send 20 1000");
                capture.process().destroy();
                assertThat(capture.await().exitCode()).as(capture.errText()).isZero();
            }
            assertThat(payload(output)).isEqualTo(2 * 20 * 1000);
            assertThat(Files.getAttribute(output, "unix:uid")).isEqualTo(who.userId());
            Pidcap.Result doctor = user.pidcap("doctor").await();
            assertThat(doctor.exitCode()).as(doctor.out()).isZero();
            assertThat(doctor.out())
                    .contains("without CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE", "CAP_BPF", "without CAP_SYS_ADMIN")
                    .doesNotContain("without CAP_NET_RAW");
        } finally {
            user.remove();
        }
    }

    private static void assertNetRawAlone(UnprivilegedPlace.Who who, UnprivilegedPlace user, Pidcap.Running capture)
            throws IOException {
        assertThat(ThreadStatus.of(user.worker(capture, "Capture"))).anySatisfy(thread -> {
            assertThat(thread.name()).startsWith("capture-loop");
            assertThat(thread.holdsExactly(0)).isTrue();
        });
        for (String worker : List.of("Capture", "Event")) {
            assertThat(ThreadStatus.of(user.worker(capture, worker)))
                    .hasSizeGreaterThan(5)
                    .allMatch(thread -> (thread.permitted() & ~NET_RAW) == 0, "at most NET_RAW")
                    .allMatch(ThreadStatus::noNewPrivileges)
                    .allMatch(thread -> thread.userIds().equals(Collections.nCopies(4, who.userId())));
        }
    }
}
