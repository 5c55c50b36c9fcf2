package io.pidcap.host.windows.windivert;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SocketTrackerTest {
    private static final int PID = 700;
    private static final int OTHER = 800;
    private static final int TCP = DivertEvent.TCP;
    private static final int UDP = DivertEvent.UDP;

    private final SocketTracker tracker = new SocketTracker();
    private long nanos;

    private List<String> after(DivertEvent event) {
        return after(event, new ProcessIdentity(event.pid(), 1));
    }

    private List<String> after(DivertEvent event, ProcessIdentity owner) {
        WinDivertRecord record = Objects.requireNonNull(WinDivertAddressLayout.parse(event.bytes()));
        tracker.handle(record, owner, new ObservedTime(++nanos, nanos));
        return events();
    }

    private List<String> events() {
        return tracker.takeEvents().stream()
                .map(event -> event.kind() + " " + event.state() + " " + event.tuple() + " " + event.owner())
                .toList();
    }

    private static SocketEntry entry(long id, int protocol, String local, int pid) {
        int colon = local.lastIndexOf(':');
        IpAddress address = local.startsWith("*") ? IpAddress.ANY : IpAddress.ofIpv4(0x7f000001);
        FiveTuple tuple = new FiveTuple(
                protocol, new Endpoint(address, Integer.parseInt(local.substring(colon + 1))), Endpoint.NONE);
        return new SocketEntry(
                id, IpHelperSocketTable.NETNS, tuple, SocketState.BOUND, List.of(new ProcessIdentity(pid, 1)));
    }

    private static DivertEvent udp(int event, long endpoint, String local, int port) {
        return DivertEvent.of(event, endpoint, PID, UDP, local, port);
    }

    private static DivertEvent tcp(int event, long endpoint) {
        return DivertEvent.of(event, endpoint, PID, TCP, "10.0.0.1", 50_000);
    }

    /** Chrome's mDNS: each of its sockets binds 5353, and multicast makes no flow of its own. */
    @Test
    void shouldOwnAMulticastPortFromBindToTheLastClose() {
        assertThat(after(udp(DivertEvent.BIND, 1, "0.0.0.0", 5353))).containsExactly("OPENED BOUND udp *:5353 pid 700");
        assertThat(after(udp(DivertEvent.BIND, 2, "0.0.0.0", 5353))).isEmpty();
        assertThat(after(udp(DivertEvent.CONNECT, 1, "10.0.0.1", 5353).to("224.0.0.251", 5353)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.ESTABLISHED, 9, "224.0.0.251", 5353).to("10.0.0.9", 5353)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.DELETED, 1, "10.0.0.1", 5353).to("224.0.0.251", 5353)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 1, "0.0.0.0", 5353))).isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 1, "0.0.0.0", 5353)))
                .as("the same once more")
                .isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 2, "0.0.0.0", 5353)))
                .containsExactly("CLOSED BOUND udp *:5353 pid 700");
        assertThat(tracker.ownerships().size()).isZero();
    }

    @Test
    void shouldFollowAConnectionFromConnectToClose() {
        assertThat(after(DivertEvent.of(DivertEvent.BIND, 1, PID, TCP, "0.0.0.0", 50_000)))
                .containsExactly("OPENED BOUND tcp *:50000 pid 700");
        assertThat(after(tcp(DivertEvent.CONNECT, 1).to("10.0.0.2", 443)))
                .containsExactly("OPENED CONNECTED tcp 10.0.0.1:50000 > 10.0.0.2:443 pid 700");
        assertThat(after(tcp(DivertEvent.ESTABLISHED, 1).to("10.0.0.2", 443))).isEmpty();
        assertThat(after(tcp(DivertEvent.CLOSE, 1).to("10.0.0.2", 443)))
                .containsExactlyInAnyOrder(
                        "CLOSED CONNECTED tcp 10.0.0.1:50000 > 10.0.0.2:443 pid 700",
                        "CLOSED BOUND tcp *:50000 pid 700");
        assertThat(after(tcp(DivertEvent.DELETED, 1).to("10.0.0.2", 443))).isEmpty();
        assertThat(tracker.ownerships().size()).isZero();
    }

    @Test
    void shouldKeepAnAcceptedConnectionWhenItsListenerCloses() {
        after(DivertEvent.of(DivertEvent.BIND, 1, PID, TCP, "0.0.0.0", 50_000));
        assertThat(after(DivertEvent.of(DivertEvent.LISTEN, 1, PID, TCP, "0.0.0.0", 50_000)))
                .containsExactly("OPENED LISTENING tcp *:50000 pid 700");
        assertThat(after(tcp(DivertEvent.ACCEPT, 1).to("10.0.0.2", 443))).isEmpty();
        assertThat(after(tcp(DivertEvent.ESTABLISHED, 2).to("10.0.0.2", 443)))
                .containsExactly("OPENED CONNECTED tcp 10.0.0.1:50000 > 10.0.0.2:443 pid 700");
        assertThat(after(DivertEvent.of(DivertEvent.CLOSE, 1, PID, TCP, "0.0.0.0", 50_000)))
                .containsExactly("CLOSED LISTENING tcp *:50000 pid 700");
        assertThat(after(tcp(DivertEvent.DELETED, 2).to("10.0.0.2", 443)))
                .containsExactly("CLOSED CONNECTED tcp 10.0.0.1:50000 > 10.0.0.2:443 pid 700");
    }

    @Test
    void shouldNotEndAConnectionWithTheFlowOfAnEarlierOne() {
        after(tcp(DivertEvent.ESTABLISHED, 1).to("10.0.0.2", 443));
        after(tcp(DivertEvent.CLOSE, 1).to("10.0.0.2", 443));
        after(tcp(DivertEvent.CONNECT, 2).to("10.0.0.2", 443));
        assertThat(after(tcp(DivertEvent.DELETED, 1).to("10.0.0.2", 443))).isEmpty();
        assertThat(after(tcp(DivertEvent.DELETED, 2).to("10.0.0.2", 443))).hasSize(1);
    }

    @Test
    void shouldCloseWhatTheSnapshotHad() {
        tracker.begin(List.of(entry(1, UDP, "*:53", PID), entry(2, UDP, "*:53", PID), entry(3, UDP, "x:54", PID)), 0);
        assertThat(after(udp(DivertEvent.CLOSE, 77, "127.0.0.1", 54)))
                .containsExactly("CLOSED BOUND udp 127.0.0.1:54 pid 700");
        assertThat(after(udp(DivertEvent.CLOSE, 78, "0.0.0.0", 53))).isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 78, "0.0.0.0", 53)))
                .as("the same once more")
                .isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 79, "0.0.0.0", 53)))
                .as("both sockets that the snapshot told")
                .hasSize(2)
                .containsOnly("CLOSED BOUND udp *:53 pid 700");
        after(udp(DivertEvent.CLOSE, 80, "0.0.0.0", 53));
        assertThat(tracker.unknownCloses()).isEqualTo(1);
    }

    @Test
    void shouldTakeTheFirstEventOfASocketOfTheSnapshotForThatSocket() {
        tracker.begin(List.of(entry(1, UDP, "*:53", PID)), 1);
        assertThat(after(udp(DivertEvent.BIND, 77, "0.0.0.0", 53))).isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 77, "0.0.0.0", 53))).containsExactly("CLOSED BOUND udp *:53 pid 700");

        tracker.begin(List.of(entry(2, UDP, "*:54", PID)), 0);
        assertThat(after(udp(DivertEvent.CONNECT, 78, "10.0.0.1", 54).to("8.8.8.8", 53)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 78, "0.0.0.0", 54))).containsExactly("CLOSED BOUND udp *:54 pid 700");
    }

    @Test
    void shouldTakeABindAfterTheSnapshotForOneSocketMore() {
        tracker.begin(List.of(entry(1, UDP, "*:53", PID)), 0);
        assertThat(after(udp(DivertEvent.BIND, 77, "0.0.0.0", 53))).isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 77, "0.0.0.0", 53))).isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 78, "0.0.0.0", 53))).containsExactly("CLOSED BOUND udp *:53 pid 700");
    }

    @Test
    void shouldLearnOfAPortFromWhoeverSendsFromIt() {
        assertThat(after(udp(DivertEvent.CONNECT, 5, "10.0.0.1", 4000).to("8.8.8.8", 53)))
                .containsExactly("OPENED BOUND udp 10.0.0.1:4000 pid 700");
        assertThat(after(udp(DivertEvent.CONNECT, 5, "10.0.0.1", 4000).to("8.8.4.4", 53)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.CLOSE, 5, "0.0.0.0", 4000)))
                .containsExactly("CLOSED BOUND udp 10.0.0.1:4000 pid 700");
    }

    @Test
    void shouldLetSeveralProcessesShareAPort() {
        after(udp(DivertEvent.BIND, 1, "0.0.0.0", 5353));
        assertThat(after(DivertEvent.of(DivertEvent.BIND, 2, OTHER, UDP, "0.0.0.0", 5353)))
                .containsExactly("OPENED BOUND udp *:5353 pid 800");
        assertThat(after(udp(DivertEvent.CLOSE, 1, "0.0.0.0", 5353)))
                .containsExactly("CLOSED BOUND udp *:5353 pid 700");
        assertThat(tracker.ownerships().size()).isEqualTo(1);
    }

    @Test
    void shouldTellAnEndpointIdThatIsUsedAnew() {
        after(udp(DivertEvent.BIND, 1, "0.0.0.0", 100));
        after(udp(DivertEvent.CLOSE, 1, "0.0.0.0", 100));
        assertThat(after(udp(DivertEvent.BIND, 1, "0.0.0.0", 101))).containsExactly("OPENED BOUND udp *:101 pid 700");
        assertThat(after(udp(DivertEvent.CLOSE, 1, "0.0.0.0", 101))).containsExactly("CLOSED BOUND udp *:101 pid 700");
    }

    @Test
    void shouldEndWhatAnEarlierProcessOfTheSamePidHad() {
        after(udp(DivertEvent.BIND, 1, "0.0.0.0", 100), new ProcessIdentity(PID, 1));
        tracker.handle(
                Objects.requireNonNull(WinDivertAddressLayout.parse(
                        udp(DivertEvent.BIND, 2, "0.0.0.0", 100).bytes())),
                new ProcessIdentity(PID, 2),
                new ObservedTime(9, 9));
        assertThat(tracker.takeEvents())
                .extracting(event -> event.kind() + " " + event.owner().startNanos())
                .containsExactly("CLOSED 1", "OPENED 2");
    }

    @Test
    void shouldEndAllThatAProcessHadWithIt() {
        after(udp(DivertEvent.BIND, 1, "0.0.0.0", 100));
        after(tcp(DivertEvent.CONNECT, 2).to("10.0.0.2", 443));
        tracker.exited(new ProcessIdentity(PID, 1), new ObservedTime(9, 9));
        assertThat(events()).hasSize(2).allMatch(event -> event.startsWith("CLOSED "));
        assertThat(tracker.ownerships().size()).isZero();
        tracker.exited(new ProcessIdentity(PID, 1), new ObservedTime(9, 9));
        assertThat(events()).isEmpty();
    }

    @Test
    void shouldPassOverWhatHasNoPorts() {
        assertThat(after(DivertEvent.of(DivertEvent.ESTABLISHED, 1, 4, 1, "10.0.0.1", 8)
                        .to("10.0.0.2", 0)))
                .isEmpty();
        assertThat(after(udp(DivertEvent.BIND, 1, "0.0.0.0", 0))).isEmpty();
    }
}
