package io.pidcap.coordinator.attribution;

import static io.pidcap.coordinator.attribution.History.OWN;
import static io.pidcap.coordinator.attribution.History.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowTimelineTest {
    private static final String FLOW = "tcp 10.0.0.1:4000 > 10.0.0.9:80";
    private static final String FLOW_2 = "tcp 10.0.0.1:4001 > 10.0.0.9:80";
    private static final String FLOW_3 = "tcp 10.0.0.1:4002 > 10.0.0.9:80";

    private final History history = new History("p1").local(OWN, "10.0.0.1");

    private static SocketEntry connected(long socket, String tuple, int owner) {
        return entry(socket, OWN, tuple, SocketState.CONNECTED, owner);
    }

    @Test
    void shouldTakeSocketsOfFirstSnapshotAsThereFromTheBeginning() {
        history.snapshot(100, connected(1, FLOW, 1));
        assertThat(history.owners(50, FLOW)).isEqualTo("p1 snapshot | -");
    }

    @Test
    void shouldNotDoubleWhatSnapshotAndEventBothTell() {
        history.snapshot(100, connected(1, FLOW, 1)).connected(99, 1, FLOW, 1);
        assertThat(history.timeline.size()).isEqualTo(1);
        history.closed(110, 1, FLOW, 1);
        assertThat(history.owners(105, FLOW)).isEqualTo("p1 snapshot | -");
        assertThat(history.owners(111, FLOW)).isEqualTo("p1 tail | -");
    }

    @Test
    void shouldKnowSocketThatClosedBeforeTheSnapshotShowedIt() {
        history.snapshot(100).closed(99, 1, FLOW, 1);
        assertThat(history.owners(98, FLOW)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(101, FLOW)).isEqualTo("p1 tail | -");
    }

    @Test
    void shouldBridgeGapBetweenTwoRunsOfTheEventWorker() {
        history.snapshot(0, connected(1, FLOW, 1), connected(2, FLOW_2, 2)).watermark(10);
        // Socket ids mean nothing across runs.
        history.snapshot(20, connected(2, FLOW, 1), connected(1, FLOW_3, 3));
        assertThat(history.owners(15, FLOW)).isEqualTo("p1 snapshot | -");
        assertThat(history.owners(25, FLOW)).isEqualTo("p1 snapshot | -");
        assertThat(history.owners(15, FLOW_2)).isEqualTo("p2 snapshot | -");
        assertThat(history.owners(25, FLOW_2)).isEqualTo("p2 tail | -");
        assertThat(history.owners(9, FLOW_3)).isEqualTo("- | -");
        assertThat(history.owners(15, FLOW_3)).isEqualTo("p3 snapshot | -");
        history.closed(30, 2, FLOW, 1);
        assertThat(history.owners(31, FLOW)).isEqualTo("p1 tail | -");
        assertThat(history.owners(31, FLOW_3)).isEqualTo("p3 snapshot | -");
    }

    @Test
    void shouldEndFormerOwnerWhenSocketChangedHandsInTheGap() {
        history.snapshot(0, connected(1, FLOW, 1)).watermark(10).snapshot(20, connected(1, FLOW, 2));
        assertThat(history.owners(9, FLOW)).isEqualTo("p1 snapshot | -");
        assertThat(history.owners(21, FLOW)).isEqualTo("p2 snapshot | -");
        assertThat(history.owners(200, FLOW)).isEqualTo("p2 snapshot | -");
    }

    @Test
    void shouldReplaceBoundByListeningStateOfTheSameSocket() {
        history.snapshot(0).bound(1, 1, "tcp *:80", 1).listening(2, 1, "tcp *:80", 1);
        assertThat(history.owners(3, "tcp 10.0.0.9:5 > 10.0.0.1:80")).isEqualTo("- | p1 listener");
        history.closed(4, 1, "tcp *:80", 1);
        assertThat(history.owners(5, "tcp 10.0.0.9:5 > 10.0.0.1:80")).isEqualTo("- | -");
    }

    @Test
    void shouldIgnoreSocketsWithoutPort() {
        history.snapshot(0, entry(1, OWN, "udp *:0", SocketState.BOUND, 1)).bound(1, 2, "tcp *:0", 1);
        assertThat(history.timeline.size()).isZero();
    }

    @Test
    void shouldFollowLocalAddressesAsTheyChange() {
        history.snapshot(0).bound(1, 1, "udp *:53", 1).watermark(10);
        List<LocalAddress> moved =
                List.of(new LocalAddress(OWN, io.pidcap.coordinator.packet.Packets.address("10.0.0.2")));
        history.timeline.batch(new FlowBatch(List.of(), List.of(), List.of(), true, moved, 0, History.at(20)));
        assertThat(history.owners(15, "udp 10.0.0.9:5 > 10.0.0.1:53")).isEqualTo("- | p1 socket event");
        assertThat(history.owners(15, "udp 10.0.0.9:5 > 10.0.0.2:53")).isEqualTo("- | p1 socket event");
        assertThat(history.owners(21, "udp 10.0.0.9:5 > 10.0.0.1:53")).isEqualTo("- | -");
        assertThat(history.owners(21, "udp 10.0.0.9:5 > 10.0.0.2:53")).isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldGiveBackEndedIntervalsAndProcessesOncePassed() {
        history.snapshot(0);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 10_000; i++) {
                double at = round * 100 + i / 1000.0;
                long socket = round * 10_000L + i;
                String flow = "tcp 10.0.0.1:" + (1024 + i) + " > 10.0.0.9:80";
                history.connected(at, socket, flow, 1).closed(at + 0.01, socket, flow, 1);
            }
            assertThat(history.timeline.size()).isEqualTo(10_000);
            history.timeline.forgetBefore((round * 100 + 9 + 64) * History.SECOND);
            assertThat(history.timeline.size()).isGreaterThan(100);
            history.timeline.forgetBefore((round * 100 + 11 + 66) * History.SECOND);
            assertThat(history.timeline.size()).isZero();
        }
    }

    @Test
    void shouldNotHoldEveryConnectionThatUsedTheSamePorts() {
        history.snapshot(0);
        String flow = "tcp 10.0.0.1:1024 > 10.0.0.9:80";
        for (int i = 0; i < 6000; i++) {
            double at = 1 + i / 100.0;
            history.connected(at, i, flow, 1 + i % 2).closed(at + 0.005, i, flow, 1 + i % 2);
            history.timeline.forgetBefore((long) ((at - 1) * History.SECOND));
            assertThat(history.timeline.size()).isLessThan(110);
        }
        assertThat(history.owners(60.501, flow)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(60.506, flow)).isEqualTo("p1 tail | -");
        assertThat(history.owners(60.511, flow)).isEqualTo("p2 socket event | -");
        assertThat(history.owners(61 + 60, flow)).isEqualTo("p2 tail | -");
        history.timeline.forgetBefore((61 + 66) * History.SECOND);
        assertThat(history.timeline.size()).isZero();
    }

    @Test
    void shouldBoundWhatOneSocketHolds() {
        history.snapshot(0).bound(1, 1, "udp *:4000", 1);
        for (int i = 0; i < 5000; i++) {
            history.connected(1 + i, 1, "udp 10.0.0.1:4000 > 10.0." + i / 250 + "." + (1 + i % 250) + ":53", 1);
        }
        history.timeline.forgetBefore(6000 * History.SECOND);
        assertThat(history.timeline.size()).isEqualTo(FlowTimeline.MAX_INTERVALS_OF_SOCKET);
        assertThat(history.owners(6000, "udp 10.0.0.1:4000 > 10.0.9.9:53")).isEqualTo("p1 socket event | -");
        history.closed(7000, 1, "udp *:4000", 1);
        history.timeline.forgetBefore(8000 * History.SECOND);
        assertThat(history.timeline.size()).isZero();
    }
}
