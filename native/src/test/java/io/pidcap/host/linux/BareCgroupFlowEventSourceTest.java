package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.FlowEventCollector;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceContract;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.SocketActor;
import io.pidcap.host.SystemClock;
import io.pidcap.host.linux.bpf.CgroupFlowEventSource;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every source does, by the exact one on a kernel that has nothing but what it needs. */
class BareCgroupFlowEventSourceTest extends FlowEventSourceContract {
    @BeforeEach
    void requireEbpf() {
        SocketActor.require();
        HostFeature exact = new LinuxEvents()
                .probe().stream()
                        .filter(feature -> feature.name().equals("events-exact"))
                        .findFirst()
                        .orElseThrow();
        RequiredFeature.require("ebpf", exact.availability() == Availability.AVAILABLE, exact.detail());
    }

    @Override
    protected FlowEventSource open() {
        return new CgroupFlowEventSource(
                new ProcHostTables(new ProcRoot(ProcRoot.MOUNT), new SystemClock(), false),
                Set.of(),
                CgroupFlowEventSource.RING_BYTES,
                false);
    }

    @Override
    protected Actor startActor() throws IOException {
        SocketActor actor = SocketActor.start();
        Map<Integer, String> names = new HashMap<>();
        return new Actor() {
            @Override
            public int pid() {
                return actor.pid();
            }

            @Override
            public int bindUdp() {
                String name = "s" + names.size();
                int port = actor.number("open " + name + " udp 4 127.0.0.1");
                names.put(port, name);
                return port;
            }

            @Override
            public void close(int port) {
                actor.tell("close " + names.get(port));
            }

            @Override
            public void end() {
                try {
                    actor.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @Test
    void shouldSayWhatIsMissing() {
        try (FlowEventSource source = open()) {
            FlowEventCollector.begin(source);
            assertThat(source.limits())
                    .hasSize(6)
                    .anyMatch(limit -> limit.contains("path relative to"))
                    .anyMatch(limit -> limit.contains("15 characters"))
                    .anyMatch(limit -> limit.contains("accepted by one of several"))
                    .anyMatch(limit -> limit.contains("handed to another process"))
                    .anyMatch(limit -> limit.contains("given to another process"))
                    .anyMatch(limit -> limit.contains("had no port"));
        }
    }

    @Test
    void shouldKnowBothEndsOfAConnection() throws IOException {
        try (SocketActor actor = SocketActor.start();
                SocketActor receiver = SocketActor.start();
                FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            int server = actor.number("open l tcp 4 127.0.0.1");
            int client = receiver.number("connect c tcp 4 127.0.0.1 " + server);
            actor.tell("accept l a");
            FlowEvent connected = collector.await(event -> event.kind() == Kind.OPENED
                    && event.tuple().local().port() == client
                    && event.tuple().isConnected());
            assertThat(connected.owner().pid()).isEqualTo(receiver.pid());
            FlowEvent accepted = collector.await(event -> event.kind() == Kind.OPENED
                    && event.tuple().remote().port() == client
                    && event.tuple().isConnected());
            assertThat(accepted.owner().pid()).isEqualTo(actor.pid());
        }
    }
}
