package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeClient;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.ProtocolException;
import io.pidcap.protocol.wire.WorkerHello;
import io.pidcap.protocol.wire.WorkerSecret;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerAdmissionTest {
    @TempDir
    Path temp;

    private WorkerAdmission admission;
    private PipeServer server;
    private WorkerSecret secret;

    @BeforeEach
    void expectARun() throws Exception {
        admission = new WorkerAdmission(PeerCheck.ofOwner(temp));
        server = PipeServer.listen(temp.resolve("s"), admission);
        secret = admission.expect(WorkerRole.CAPTURE, 3, pipe -> new Deaf());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void connect(Hello hello) throws Exception {
        PipeClient.connect(temp.resolve("s"), hello, new Deaf(), 5_000).close();
    }

    @Test
    void shouldAdmitTheExpectedRunOnce() throws Exception {
        Hello hello = WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 3, secret);
        connect(hello);

        assertThatThrownBy(() -> connect(hello))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("used before");
    }

    @Test
    void shouldRefuseAnythingElse() throws Exception {
        Hello[] wrong = {
            WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 3, WorkerSecret.generate()),
            WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 4, secret),
            WorkerHello.of(Role.ROLE_EVENT_WORKER, 3, secret),
            Hello.newBuilder().setRole(Role.ROLE_CAPTURE_WORKER).setRun(3).build()
        };
        for (Hello hello : wrong) {
            assertThatThrownBy(() -> connect(hello)).isInstanceOf(ProtocolException.class);
        }
        connect(WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 3, secret));
    }

    @Test
    void shouldRefuseAnotherUsersProcessThatKnowsTheSecret() throws Exception {
        Hello hello = WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 3, secret);
        UserPrincipal other = () -> "mallory";

        assertThatThrownBy(() -> {
                    PipeListener unused = admission.admit(new UnusedPipe(), hello, other);
                })
                .isInstanceOfSatisfying(
                        PipeServer.Refusal.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(RejectReason.REJECT_REASON_NOT_ALLOWED))
                .hasMessageContaining("you are mallory");
        connect(hello);
    }

    @Test
    void shouldForgetARunThatIsOver() {
        admission.forget(WorkerRole.CAPTURE, 3);

        assertThatThrownBy(() -> connect(WorkerHello.of(Role.ROLE_CAPTURE_WORKER, 3, secret)))
                .isInstanceOf(ProtocolException.class);
        assertThat(server).isNotNull();
    }

    private static final class Deaf implements PipeListener {
        @Override
        public void received(Pipe pipe, Envelope envelope) {}

        @Override
        public void closed(Pipe pipe, @Nullable Throwable cause) {}
    }
}
