package io.pidcap.coordinator.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.printing.DecodedPacket;
import io.pidcap.coordinator.printing.PacketProcess;
import io.pidcap.protocol.model.LinkType;
import org.junit.jupiter.api.Test;

class FlowStatisticsTest {
    private static final PacketProcess CURL = new PacketProcess("curl", 7, "", "", -1);

    private static DecodedPacket packet(long time, String from, int fromPort, String to, int toPort, int length) {
        return new DecodedPacket(
                time, "", LinkType.ETHERNET, length, length, "", "", "IP", from, to, fromPort, toPort, "TCP", "");
    }

    @Test
    void shouldAddUpBothDirectionsOfEachProcess() {
        FlowStatistics statistics = new FlowStatistics();
        statistics.packet(packet(20, "10.0.0.9", 4000, "10.0.0.1", 80, 100), CURL);
        statistics.packet(packet(10, "10.0.0.1", 80, "10.0.0.9", 4000, 1000), CURL);
        statistics.packet(packet(30, "10.0.0.9", 4000, "10.0.0.1", 80, 50), CURL);
        statistics.packet(packet(40, "10.0.0.9", 4000, "10.0.0.1", 80, 5), PacketProcess.UNKNOWN);

        assertThat(statistics.rows())
                .containsExactly(
                        new FlowRow("curl", 7, "TCP", "10.0.0.9.4000", "10.0.0.1.80", 2, 150, 1, 1000, 10, 30),
                        new FlowRow("", -1, "TCP", "10.0.0.9.4000", "10.0.0.1.80", 1, 5, 0, 0, 40, 40));
    }

    @Test
    void shouldKeepABoundNumberOfFlowsAndCountAllPackets() {
        FlowStatistics statistics = new FlowStatistics();
        int flows = FlowStatistics.MAX_FLOWS + 1000;
        for (int i = 0; i < flows; i++) {
            statistics.packet(packet(i, "10.0.0." + i, 1, "10.0.0.1", 80, 2), CURL);
        }
        assertThat(statistics.rows()).hasSize(FlowStatistics.MAX_FLOWS + 1);
        FlowRow others = statistics.rows().get(FlowStatistics.MAX_FLOWS);
        assertThat(others.process()).isEqualTo("(other flows)");
        assertThat(others.packets() + others.backPackets()).isEqualTo(1000);
        assertThat(others.bytes() + others.backBytes()).isEqualTo(2000);
    }
}
