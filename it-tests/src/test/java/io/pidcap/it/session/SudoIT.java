package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.LeastPrivilege;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.SudoPlace;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through sudo: what parses packets is the user who called it, and what he cannot do himself is done for him. */
class SudoIT {
    private static final String SERVER = "127.233.0.1";
    private static final String TARGET = "127.233.0.2";

    @TempDir
    Path directory;

    private SudoPlace place;
    private Pidcap pidcap;
    private Path file;

    @BeforeEach
    void needs() throws Exception {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        place = SudoPlace.make();
        pidcap = place.pidcap();
        file = place.directory().resolve("out.pcapng");
    }

    @AfterEach
    void remove() throws Exception {
        if (place != null) {
            place.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--events=proc", "--events=ebpf", "--prefilter"})
    void shouldBeTheUserAndRestartWorkersThatAreNot(String option) throws Exception {
        if (!option.equals("--events=proc")) {
            Require.all(option.equals("--prefilter") ? Require.PREFILTER : Require.EBPF);
        }
        try (StartedSessions sessions = new StartedSessions(pidcap);
                TrafficProgram echo = TrafficProgram.start(directory, "it-sudo-echo", "tcp-server", SERVER);
                TrafficProgram target = TrafficProgram.start(
                        directory, "it-sudo", "client", "tcp", TARGET, SERVER, Integer.toString(echo.readPort()))) {
            String id = sessions.start(List.of(), List.of("-n", "it-sudo", "-i", "lo", "-w", file.toString(), option));
            target.tell("open");
            assertPrivileges(option);
            target.tell("send 100 2000");
            for (String worker : List.of("capture", "events")) {
                // The session is the user's, who needs no sudo for this.
                Pidcap.Result restarted =
                        pidcap.start(SudoPlace.asUser(), "restart", id, worker).await();
                assertThat(restarted.exitCode()).as(restarted.err()).isZero();
                assertPrivileges(option);
                target.tell("send 100 2000");
            }
            Status.awaitEventsUntilNow(pidcap);
            assertThat(sessions.stop(id).at("/packets/dropped/by the system").asLong())
                    .isZero();
        }
        assertThat(payload()).isEqualTo(3 * 2 * 100 * 2000);
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(SudoPlace.USER);
    }

    private void assertPrivileges(String option) throws Exception {
        LeastPrivilege.assertNone(Victim.of(pidcap, directory).coordinator(), SudoPlace.USER);
        LeastPrivilege.assertOfWorkers(pidcap, option);
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsKilledAndLetTheUserRecover() throws Exception {
        Require.all(Require.EBPF);
        long starter;
        try (StartedSessions sessions = new StartedSessions(pidcap);
                TrafficProgram echo = TrafficProgram.start(directory, "it-sudo-echo", "tcp-server", SERVER);
                TrafficProgram target = TrafficProgram.start(
                        directory, "it-sudo", "client", "tcp", TARGET, SERVER, Integer.toString(echo.readPort()))) {
            sessions.start(List.of(), List.of("-n", "it-sudo", "-i", "lo", "-w", file.toString()));
            target.tell("open");
            target.tell("send 100 2000");
            Status.awaitEventsUntilNow(pidcap);
            Victim victim = Victim.of(pidcap, directory);
            starter = ProcessHandle.of(Victim.worker(pidcap, "capture"))
                    .flatMap(ProcessHandle::parent)
                    .orElseThrow()
                    .pid();
            victim.killCoordinator();
            Await.until("what started the workers has ended", () -> isGone(starter));
            Pidcap.Result recovered =
                    pidcap.start(SudoPlace.asUser(), "recover").await();
            assertThat(recovered.exitCode()).as(recovered.err()).isZero();
        }
        assertThat(payload()).isEqualTo(2 * 100 * 2000);
    }

    private static boolean isGone(long pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isEmpty() || !process.get().isAlive();
    }

    @Test
    void shouldRunACommandAsTheUserWithWhatAUserMayUse() throws Exception {
        Pidcap.Result run = pidcap.run("run", "-i", "lo", "-w", file.toString(), "--", "cat", "/proc/self/status");
        assertThat(run.exitCode()).as(run.err()).isZero();
        String user = Integer.toString(SudoPlace.USER);
        assertThat(run.out())
                .contains("Uid:\t" + String.join("\t", user, user, user, user))
                .contains("CapEff:\t0000000000000000")
                .contains("NoNewPrivs:\t0")
                .doesNotContain("CapBnd:\t0000000000000000");
    }

    @Test
    void shouldSayInDoctorWhoParsesPackets() throws Exception {
        assertThat(pidcap.run("doctor").out())
                .contains("what parses packets has no privileges", "user nobody")
                .doesNotContain("without CAP_");
        assertThat(new Pidcap(directory).run("doctor").out()).contains("what parses packets has privileges: CAP_");
    }

    private long payload() throws Exception {
        return Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
    }
}
