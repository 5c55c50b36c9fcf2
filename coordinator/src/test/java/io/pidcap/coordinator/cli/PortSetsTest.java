package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortSetsTest {
    private static final ProcessIdentity NGINX = new ProcessIdentity(10, 1);
    private static final ProcessIdentity OTHER = new ProcessIdentity(11, 1);
    private static final IpAddress V4 = IpAddress.ofIpv4(0x7f000001);
    private static final IpAddress V6 = new IpAddress(0, 1);

    private static ProcessInfo process(ProcessIdentity identity, String name) {
        return new ProcessInfo(identity, 1, name, name, null, List.of(), 0);
    }

    private static SocketEntry socket(int id, int protocol, IpAddress local, int port, ProcessIdentity owner) {
        FiveTuple tuple = new FiveTuple(protocol, new Endpoint(local, port), Endpoint.NONE);
        return new SocketEntry(id, 1, tuple, SocketState.BOUND, List.of(owner));
    }

    private static final SocketSnapshot SNAPSHOT = new SocketSnapshot(
            new ObservedTime(1, 1),
            1,
            List.of(process(NGINX, "nginx"), process(OTHER, "other")),
            List.of(
                    socket(1, TransportProtocol.TCP, V4, 443, NGINX),
                    socket(2, TransportProtocol.TCP, V4, 80, NGINX),
                    socket(3, TransportProtocol.TCP, V6, 80, NGINX),
                    socket(4, TransportProtocol.UDP, V4, 53, NGINX),
                    socket(5, TransportProtocol.UDP, V6, 53, OTHER)),
            List.of());

    @Test
    void shouldPartTheSocketsIntoFourSets() {
        PortSets sets = PortSets.of(SNAPSHOT, List.of("nginx"));

        assertThat(sets.byName().keySet()).containsExactly("tcp", "udp", "tcp6", "udp6");
        assertThat(sets.byName().get("tcp")).extracting(PortSets.Row::port).containsExactly(80, 443);
        assertThat(sets.byName().get("tcp6")).extracting(PortSets.Row::local).containsExactly("[::1]:80");
        assertThat(sets.byName().get("udp")).hasSize(1);
        assertThat(sets.byName().get("udp6")).isEmpty();
    }

    @Test
    void shouldPartWhatIsBoundToNoAddressByTheVersionOfTheSocket() {
        FiveTuple any = new FiveTuple(TransportProtocol.TCP, new Endpoint(IpAddress.ANY, 80), Endpoint.NONE);
        List<SocketEntry> sockets = IntStream.of(0, 4, 6)
                .mapToObj(
                        version -> new SocketEntry(version + 1, 1, any, SocketState.LISTENING, List.of(NGINX), version))
                .toList();
        SocketSnapshot snapshot =
                new SocketSnapshot(new ObservedTime(1, 1), 1, SNAPSHOT.processes(), sockets, List.of());
        PortSets sets = PortSets.of(snapshot, List.of("nginx"));
        assertThat(sets.byName().get("tcp")).hasSize(2);
        assertThat(sets.byName().get("tcp6")).hasSize(1);
    }

    @Test
    void shouldListASocketOfIpv6ThatTalksIpv4UnderTcp6() {
        FiveTuple mapped = new FiveTuple(TransportProtocol.TCP, new Endpoint(V4, 80), new Endpoint(V4, 4000));
        SocketEntry accepted = new SocketEntry(1, 1, mapped, SocketState.CONNECTED, List.of(NGINX), 6);
        SocketSnapshot snapshot =
                new SocketSnapshot(new ObservedTime(1, 1), 1, SNAPSHOT.processes(), List.of(accepted), List.of());
        PortSets sets = PortSets.of(snapshot, List.of("nginx"));
        assertThat(sets.byName().get("tcp")).isEmpty();
        assertThat(sets.byName().get("tcp6")).hasSize(1);
    }

    @Test
    void shouldTakePidsAndPatternsToo() {
        assertThat(PortSets.of(SNAPSHOT, List.of("11")).byName().get("udp6")).hasSize(1);
        assertThat(PortSets.of(SNAPSHOT, List.of("ngi*")).byName().get("tcp")).hasSize(2);
    }

    @Test
    void shouldTellWhatNobodyIs() {
        assertThat(PortSets.of(SNAPSHOT, List.of("nginx", "apache", "99")).missing())
                .containsExactly("apache", "99");
    }
}
