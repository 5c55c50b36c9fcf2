package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.EventTimes;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that gives up its user, of which no event tells. */
class UsersTest {
    private static final long NOBODY = 65534;
    private static final String GIVE_UP = "os.setresuid(65534, 65534, 65534)";

    private PythonActor actor;
    private Watched watched;

    @BeforeEach
    void start() {
        SocketActor.require();
        Ebpf.require();
        RequiredFeature.requireRoot();
        actor = PythonActor.start();
        watched = Watched.begin();
    }

    @AfterEach
    void stop() {
        if (watched != null) {
            watched.close();
        }
        if (actor != null) {
            actor.close();
        }
    }

    private long now() {
        return Long.parseLong(actor.run("time.time_ns()"));
    }

    private ProcessInfo infoOf(FlowEvent event) {
        watched.catchUp();
        return watched.info(event);
    }

    @Test
    void shouldTellTheUserThatAProcessHasWhenItConnects() {
        actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen()");
        int port = actor.number("l.getsockname()[1]");
        actor.run("a = tcp()", "a.connect(l.getsockname())", "b = tcp()");
        FlowEvent before = watched.await(event -> event.kind() == Kind.OPENED
                && event.owner().pid() == actor.pid()
                && event.tuple().remote().port() == port);
        assertThat(infoOf(before).userId()).isZero();
        long last = now();
        actor.run(GIVE_UP, "b.connect(l.getsockname())");
        long after = now();
        FlowEvent connected = watched.await(event -> event.kind() == Kind.OPENED
                && event.owner().equals(before.owner())
                && event.socketId() != before.socketId()
                && event.tuple().remote().port() == port);
        ProcessInfo info = infoOf(connected);
        assertThat(info.userId()).isEqualTo(NOBODY);
        assertThat(Objects.requireNonNull(info.changedSince()).epochNanos())
                .isBetween(Math.max(before.observed().epochNanos(), last - EventTimes.LEAD_NANOS), after);
    }

    @Test
    void shouldFindTheNewUserWhenAConnectionComesToWhatWasMadeBefore() throws IOException {
        actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen()", GIVE_UP);
        int port = actor.number("l.getsockname()[1]");
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            FlowEvent accepted = watched.await(event -> event.kind() == Kind.OPENED
                    && event.owner().pid() == actor.pid()
                    && event.tuple().remote().port() == client.getLocalPort());
            assertThat(infoOf(accepted).userId()).isEqualTo(NOBODY);
        }
    }

    @Test
    void shouldTellTheUserOfWhoForks() {
        actor.run(GIVE_UP, "p = os.fork()", "if p == 0: time.sleep(100)");
        int child = actor.number("p");
        watched.catchUp();
        assertThat(watched.collector.processes.values().stream()
                        .filter(info -> info.identity().pid() == child
                                || info.identity().pid() == actor.pid())
                        .map(ProcessInfo::userId))
                .containsExactly(NOBODY, NOBODY);
    }
}
