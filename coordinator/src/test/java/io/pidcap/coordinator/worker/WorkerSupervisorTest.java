package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.wire.PipeServer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes over a real pipe; only what they do is played. */
class WorkerSupervisorTest {
    private static final WorkerDeadlines PATIENT = new WorkerDeadlines(60_000, 60_000, 60_000, 10_000);

    @TempDir
    Path temp;

    private final OwnerThread owner = new OwnerThread();
    private WorkerAdmission admission;
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private @Nullable PipeServer server;
    private @Nullable WorkerSupervisor supervisor;

    @BeforeEach
    void makeJar() throws Exception {
        PuppetJar.makeIn(temp);
        admission = new WorkerAdmission(PeerCheck.ofOwner(temp));
        server = PipeServer.listen(temp.resolve("worker.sock"), admission);
    }

    @AfterEach
    void cleanUp() throws Exception {
        if (supervisor != null) {
            owner.call(() -> {
                supervisor().kill();
                return true;
            });
        }
        if (server != null) {
            server.close();
        }
        owner.close();
        System.clearProperty(WorkerLauncher.JVM_OPTIONS_PROPERTY);
    }

    private WorkerSupervisor supervisor() {
        if (supervisor == null) {
            throw new AssertionError("not started");
        }
        return supervisor;
    }

    private final class Client implements WorkerSupervisor.Client {
        @Override
        public void connected(WorkerRun run, WorkerLink link) {
            link.watchFlows(WatchFlows.getDefaultInstance());
        }

        @Override
        public void received(WorkerRun run, Envelope envelope) {
            if (envelope.hasFailure()) {
                supervisor().failed(run, WorkerFailure.of(envelope.getFailure()));
            } else if (envelope.hasWatchReady()) {
                supervisor().ready(run);
                seen.add("ready " + run.number());
            }
        }

        @Override
        public void runEnded(WorkerRun run) {
            seen.add("ended " + run.number() + (run.endedInOrder() ? " in order" : ": " + run.reason()));
        }

        @Override
        public void gaveUp(WorkerFailure why) {
            seen.add("gave up: " + why.code() + ": " + why.message());
        }

        @Override
        public void stopped() {
            seen.add("stopped");
        }
    }

    private void start(String behaviours, WorkerDeadlines deadlines) throws Exception {
        System.setProperty(WorkerLauncher.JVM_OPTIONS_PROPERTY, "-Dpuppet=" + behaviours);
        WorkerLauncher launcher = new WorkerLauncher(temp, temp.resolve("worker.sock"), temp, WorkerNeeds.QUESTIONS);
        WorkerSupervisor made = new WorkerSupervisor(
                WorkerRole.EVENTS, launcher, admission, owner, owner, deadlines, InstantSource.system(), new Client());
        supervisor = made;
        owner.call(() -> {
            made.adopt(launcher.launch(WorkerRole.EVENTS, WorkerSupervisor.FIRST_RUN));
            made.admit();
            return true;
        });
    }

    private String next() throws InterruptedException {
        String what = seen.poll(60, TimeUnit.SECONDS);
        return what == null ? "nothing happened" : what;
    }

    @Test
    void shouldStopInOrder() throws Exception {
        start("good", PATIENT);
        assertThat(next()).isEqualTo("ready 1");

        owner.execute(supervisor()::stop);
        owner.execute(supervisor()::stop);

        assertThat(next()).isEqualTo("ended 1 in order");
        assertThat(next()).isEqualTo("stopped");
    }

    @Test
    void shouldRestartARunThatWasKilled() throws Exception {
        start("good", PATIENT);
        assertThat(next()).isEqualTo("ready 1");
        WorkerRun run = owner.call(() -> supervisor().currentRun());
        assertThat(run).isNotNull();

        ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroyForcibly);

        assertThat(next()).isEqualTo("ended 1: event-worker ended by signal 9");
        assertThat(next()).isEqualTo("ready 2");
    }

    @Test
    void shouldRestartWhenAsked() throws Exception {
        start("good", PATIENT);
        assertThat(next()).isEqualTo("ready 1");

        assertThat(owner.call(() -> supervisor().restart())).isTrue();

        assertThat(next()).isEqualTo("ended 1 in order");
        assertThat(next()).isEqualTo("ready 2");
    }

    @Test
    void shouldTryAgainWhenADeviceBroke() throws Exception {
        start("breaks,good", PATIENT);

        assertThat(next()).isEqualTo("ended 1: it is gone");
        assertThat(next()).isEqualTo("ready 2");
    }

    @Test
    void shouldGiveUpAtOnceWhenTheHostRefuses() throws Exception {
        start("refuses", PATIENT);

        assertThat(next()).isEqualTo("ended 1: attach: no");
        assertThat(next()).isEqualTo("gave up: " + FailureCode.FAILURE_CODE_NO_PRIVILEGE + ": attach: no");
    }

    @Test
    void shouldGiveUpAfterSeveralTriesInARow() throws Exception {
        start("dies-at-once", PATIENT);

        for (int run = 1; run <= BackOff.MOST_TRIES; run++) {
            assertThat(next()).isEqualTo("ended " + run + ": ended with status 3: no libpuppet.so");
        }
        assertThat(next())
                .contains("event-worker failed 5 times in a row")
                .contains("ended with status 3: no libpuppet.so");
        assertThat(owner.call(() -> supervisor().restart())).isFalse();
    }

    @Test
    void shouldKillARunThatSaysNoHello() throws Exception {
        start("says-nothing,good", new WorkerDeadlines(100, 60_000, 60_000, 10_000));

        assertThat(next()).startsWith("ended 1: ").contains("said no hello within 100 ms and was killed");
    }

    @Test
    void shouldKillARunThatIsNeverReady() throws Exception {
        start("never-ready,good", new WorkerDeadlines(60_000, 100, 60_000, 10_000));

        assertThat(next()).startsWith("ended 1: ").contains("was not ready within 100 ms and was killed");
    }

    @Test
    void shouldKillARunThatIgnoresStop() throws Exception {
        start("ignores-stop", new WorkerDeadlines(60_000, 60_000, 100, 10_000));
        assertThat(next()).isEqualTo("ready 1");

        owner.execute(supervisor()::stop);

        assertThat(next()).startsWith("ended 1: ").contains("did not stop within 100 ms and was killed");
        assertThat(next()).isEqualTo("stopped");
    }

    @Test
    void shouldStopWhileItWaitsForTheNextTry() throws Exception {
        start("dies-when-asked", PATIENT);
        assertThat(next()).startsWith("ended 1: ");

        owner.execute(supervisor()::stop);

        String last = next();
        while (!last.equals("stopped")) {
            assertThat(last).startsWith("ended ");
            last = next();
        }
    }

    @Test
    void shouldAskAWorkerThatLivesForOneQuestionOnly() throws Exception {
        System.setProperty(WorkerLauncher.JVM_OPTIONS_PROPERTY, "-Dpuppet=good");
        try (HostQuery query = HostQuery.open(temp, WorkerRole.EVENTS)) {
            assertThat(query.interfaces()).isEmpty();
            assertThat(query.features()).isEmpty();
        }
    }

    @Test
    void shouldSayWhyAWorkerCannotBeAsked() throws Exception {
        System.setProperty(WorkerLauncher.JVM_OPTIONS_PROPERTY, "-Dpuppet=dies-at-once");
        try (HostQuery query = HostQuery.open(temp, WorkerRole.EVENTS)) {
            assertThatThrownBy(query::features)
                    .isInstanceOf(WorkerException.class)
                    .hasMessage("event-worker ended with status 3: no libpuppet.so");
        }
    }
}
