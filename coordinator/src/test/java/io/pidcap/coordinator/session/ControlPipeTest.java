package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.ControlServer.Asker;
import io.pidcap.coordinator.worker.PeerCheck;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.StopProgress;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeClient;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPipeTest {
    private static final Instant GAP_FROM = Instant.parse("2026-11-21T09:30:12.5Z");

    @TempDir
    Path temp;

    private static final class Puppet implements ControlServer.Session {
        @Override
        public void awaitReady(Asker asker) {
            asker.ready("id", List.of("one", "two"));
        }

        @Override
        public void status(Asker asker) {
            asker.document(Json.write(Reports.capturing()), false);
        }

        @Override
        public void stop(Asker asker) {
            asker.progress(1, 10);
            asker.progress(10, 10);
            asker.document(Json.write(Reports.finished()), true);
        }

        @Override
        public void restart(WorkerRole role, Asker asker) {
            if (role == WorkerRole.CAPTURE) {
                asker.restarted(2, GAP_FROM, GAP_FROM.plusMillis(250));
            } else {
                asker.failure(FailureCode.FAILURE_CODE_WRONG_STATE, "not now", "later");
            }
        }

        @Override
        public void gone(Pipe pipe) {}
    }

    private SessionDirectory directory() {
        return SessionHome.open(temp.resolve("h")).create(LocalDateTime.of(2026, 11, 21, 9, 30, 12), "x");
    }

    /** A session that failed just before somebody asks it. */
    private static final class Failed implements SessionControl.Commanded {
        @Override
        public SessionReport report() {
            return Reports.finished();
        }

        @Override
        public void stopAsked(String reason) {}

        @Override
        public boolean restartAsked(WorkerRole role) {
            return false;
        }
    }

    @Test
    void shouldTellWhyToWhoAsksAfterTheEnd() throws Exception {
        SessionDirectory directory = directory();
        SessionControl control = new SessionControl(
                new SessionRecord(Configs.curl(temp.resolve("out.pcapng")), directory, GAP_FROM), new Failed());
        control.ended("{}", new SessionException(SessionException.Kind.USAGE, "filter \"tcp prot\": syntax error", ""));
        try (ControlServer server = new ControlServer(
                        directory.controlSocket(), PeerCheck.ofOwner(directory.path()), Runnable::run, control);
                ControlClient client = ControlClient.connect(directory)) {
            assertThatThrownBy(client::awaitReady)
                    .isInstanceOf(SessionException.class)
                    .hasMessageContaining("syntax error");
            assertThat(server).isNotNull();
        }
    }

    @Test
    void shouldAnswerEveryRequest() throws Exception {
        SessionDirectory directory = directory();
        List<StopProgress> progress = new ArrayList<>();
        try (ControlServer server = new ControlServer(
                        directory.controlSocket(), PeerCheck.ofOwner(directory.path()), Runnable::run, new Puppet());
                ControlClient client = ControlClient.connect(directory)) {
            assertThat(client.awaitReady()).containsExactly("one", "two");
            assertThat(client.status(5_000)).isEqualTo(Reports.capturing());
            ControlClient.Restarted restarted = client.restart(WorkerRole.CAPTURE);
            assertThat(restarted.run()).isEqualTo(2);
            assertThat(restarted.gapFrom()).isEqualTo(GAP_FROM);
            assertThat(restarted.gap()).hasMillis(250);
            assertThatThrownBy(() -> client.restart(WorkerRole.EVENTS))
                    .isInstanceOfSatisfying(
                            SessionException.class, e -> assertThat(e.hint()).isEqualTo("later"))
                    .hasMessage("not now");
            assertThat(client.stop(progress::add)).isEqualTo(Reports.finished());
            assertThat(server).isNotNull();
        }
        assertThat(progress).extracting(StopProgress::getDoneBytes).containsExactly(1L, 10L);
    }

    @Test
    void shouldSayThatNobodyListens() {
        SessionDirectory directory = directory();

        assertThatThrownBy(() -> ControlClient.connect(directory))
                .isInstanceOf(SessionException.class)
                .hasMessageStartingWith("reach the session " + directory.id());
    }

    @Test
    void shouldRefuseAWorkerAtTheDoorForCommands() throws IOException {
        SessionDirectory directory = directory();
        Hello hello = Hello.newBuilder().setRole(Role.ROLE_CAPTURE_WORKER).build();
        try (ControlServer server = new ControlServer(
                directory.controlSocket(), PeerCheck.ofOwner(directory.path()), Runnable::run, new Puppet())) {
            assertThatThrownBy(() -> PipeClient.connect(directory.controlSocket(), hello, new Deaf(), 5_000))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("not for workers");
            assertThat(server).isNotNull();
        }
    }

    private static final class Deaf implements PipeListener {
        @Override
        public void received(Pipe pipe, Envelope envelope) {}

        @Override
        public void closed(Pipe pipe, @Nullable Throwable cause) {}
    }
}
