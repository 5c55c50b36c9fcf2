package io.pidcap.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScriptedFlowEventSourceTest extends FlowEventSourceContract {
    private final ScriptedFlowEventSource source = new ScriptedFlowEventSource();

    @Override
    protected FlowEventSource open() {
        return source;
    }

    @Override
    protected Actor startActor() {
        ProcessIdentity identity = new ProcessIdentity(4711, 1);
        source.starts(new ProcessInfo(identity, 1, "actor", "actor", "/bin/actor", List.of("actor"), 0));
        return new ScriptedActor(identity);
    }

    /** Its sockets' ports are their numbers. */
    private final class ScriptedActor implements Actor {
        private final ProcessIdentity identity;
        private final Set<Integer> ports = new HashSet<>();
        private int lastPort = 5000;
        private boolean ended;

        ScriptedActor(ProcessIdentity identity) {
            this.identity = identity;
        }

        @Override
        public int pid() {
            return identity.pid();
        }

        @Override
        public int bindUdp() {
            int port = ++lastPort;
            ports.add(port);
            FiveTuple tuple = new FiveTuple(
                    TransportProtocol.UDP, new Endpoint(IpAddress.ofIpv4(0x7f000001), port), Endpoint.NONE);
            source.opens(
                    new SocketEntry(port, ScriptedFlowEventSource.NETNS, tuple, SocketState.BOUND, List.of(identity)));
            return port;
        }

        @Override
        public void close(int port) {
            ports.remove(port);
            source.closes(port);
        }

        @Override
        public void end() {
            if (!ended) {
                ended = true;
                List.copyOf(ports).forEach(this::close);
                source.exits(identity);
            }
        }
    }

    @Test
    void shouldRefuseAnotherThread() {
        source.attach();
        assertThatThrownBy(() -> CompletableFuture.runAsync(source::snapshot).get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldTellLossOnceAndFailuresAlways() {
        source.attach();
        source.snapshot();
        source.loses(3);
        assertThat(source.next(0).lostEvents()).isEqualTo(3);
        assertThat(source.next(0).lostEvents()).isZero();

        source.breaks(new HostException(HostException.Code.IO, "broken", ""));
        assertThatThrownBy(() -> source.next(0)).hasMessage("broken");
        assertThatThrownBy(() -> source.next(0)).hasMessage("broken");
    }
}
