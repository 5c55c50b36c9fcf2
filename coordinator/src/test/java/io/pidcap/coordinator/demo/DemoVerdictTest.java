package io.pidcap.coordinator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoVerdictTest {
    private static final int SERVER = 8080;
    private static final int CLIENT = 40000;
    private static final int SYN = 0x02;
    private static final int FIN = 0x01;
    private static final int ACK = 0x10;
    private static final List<DemoConnection> SAID = List.of(new DemoConnection(CLIENT, 100, 300));

    private static List<TcpSegment> wholeConnection() {
        return new ArrayList<>(List.of(
                segment(CLIENT, SERVER, 1, SYN, 0),
                segment(SERVER, CLIENT, 1, SYN, 0),
                segment(CLIENT, SERVER, 2, ACK, 100),
                segment(SERVER, CLIENT, 2, ACK, 200),
                segment(SERVER, CLIENT, 202, ACK, 100),
                segment(CLIENT, SERVER, 102, FIN, 0),
                segment(SERVER, CLIENT, 302, FIN, 0)));
    }

    private static TcpSegment segment(int from, int to, long sequence, int flags, int payloadBytes) {
        return new TcpSegment(0, from, to, sequence, flags, payloadBytes);
    }

    private static DemoVerdict judge(List<TcpSegment> segments) {
        return DemoVerdict.of(segments, 0, SERVER, SAID);
    }

    @Test
    void shouldAcceptAWholeConnection() {
        assertThat(judge(wholeConnection()).isGood()).isTrue();
    }

    @Test
    void shouldCountARetransmissionOnce() {
        List<TcpSegment> segments = wholeConnection();
        segments.add(segments.get(2));
        assertThat(judge(segments).isGood()).isTrue();
    }

    @Test
    void shouldMissEachSegmentThatIsNotThere() {
        for (int left = 0; left < wholeConnection().size(); left++) {
            List<TcpSegment> segments = wholeConnection();
            segments.remove(left);
            assertThat(judge(segments).missing()).as("without segment %d", left).hasSize(1);
        }
    }

    @Test
    void shouldCountPacketsOfOthers() {
        List<TcpSegment> segments = wholeConnection();
        segments.add(segment(CLIENT + 1, SERVER, 1, SYN, 0));
        assertThat(judge(segments).foreignPackets()).isEqualTo(1);
        assertThat(DemoVerdict.of(wholeConnection(), 2, SERVER, SAID).foreignPackets())
                .isEqualTo(2);
    }
}
