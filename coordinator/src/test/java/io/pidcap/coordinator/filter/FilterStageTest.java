package io.pidcap.coordinator.filter;

import static io.pidcap.coordinator.filter.FilterFixture.HERE;
import static io.pidcap.coordinator.filter.FilterFixture.batch;
import static io.pidcap.coordinator.filter.FilterFixture.bound;
import static io.pidcap.coordinator.filter.FilterFixture.closed;
import static io.pidcap.coordinator.filter.FilterFixture.connected;
import static io.pidcap.coordinator.filter.FilterFixture.datagram;
import static io.pidcap.coordinator.filter.FilterFixture.run;
import static io.pidcap.coordinator.filter.FilterFixture.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.attribution.ProcessTotals;
import io.pidcap.coordinator.filter.FilterCommand.EventsEnded;
import io.pidcap.coordinator.filter.FilterCommand.RunEnded;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterStageTest {
    @TempDir
    Path directory;

    private FilterFixture filter;
    private SpoolFiles spool;

    @BeforeEach
    void begin() throws IOException {
        filter = new FilterFixture(directory);
        spool = new SpoolFiles(directory, 1, 0, LinkType.RAW);
        filter.tell(snapshot(0), run(1, spool.description()));
    }

    @Test
    void shouldKeepWhatIsSelectedAndCountTheRestByCause() throws IOException {
        filter.tell(batch(100, bound(1, 1, "udp *:1000", 1), bound(1, 2, "udp *:2000", 2)));
        spool.packet(10, datagram(1000, 1))
                .packet(11, datagram(2000, 2))
                .packet(12, datagram(3000, 3))
                .packet(13, new byte[3])
                .packet(14, datagram(1000, 5));
        filter.tell(spool.progress());
        assertThat(filter.keptSeconds()).containsExactly(10.0, 14.0);

        FilterProgress result = filter.finish();
        FilterCounters counters = result.counters();
        assertThat(counters.receivedPackets()).isEqualTo(5);
        assertThat(counters.keptPackets()).isEqualTo(2);
        assertThat(counters.keptBytes()).isEqualTo(28 + 1 + 28 + 5);
        assertThat(counters.notSelectedPackets()).isEqualTo(1);
        assertThat(counters.unknownPackets())
                .containsEntry(UnknownCause.NO_OWNER, 1L)
                .containsEntry(UnknownCause.MALFORMED, 1L)
                .containsEntry(UnknownCause.NOT_IP, 0L);
        assertThat(counters.skippedPackets()).isEqualTo(3);
        assertThat(result.doneBytes()).isEqualTo(result.totalBytes()).isEqualTo(Files.size(spool.current()));
        assertThat(result.outputBytes()).isEqualTo(24 + 2 * 16 + counters.keptBytes());
        assertThat(result.processes())
                .extracting(ProcessTotals::name, ProcessTotals::packets, ProcessTotals::bytes, ProcessTotals::flows)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("p1", 2L, 62L, 1L));
    }

    @Test
    void shouldCountWhatComesAfterTheLimitOfTheOutput() throws IOException {
        RecordingWriter output = new RecordingWriter();
        output.mostPackets = 2;
        FilterFixture limited = new FilterFixture(directory, ProcessSelector.ofNames("p1"), output);
        limited.tell(snapshot(0), run(1, spool.description()));
        limited.tell(batch(100, bound(1, 1, "udp *:1000", 1), bound(1, 2, "udp *:2000", 2)));
        spool.packet(10, datagram(1000, 1)).packet(11, datagram(2000, 2));
        for (int seconds = 12; seconds < 20; seconds++) {
            // The same flow, and one that was never seen.
            spool.packet(seconds, datagram(1000, 1)).packet(seconds + 0.5, datagram(1000, seconds));
        }
        limited.tell(spool.progress());
        FilterCounters counters = limited.finish().counters();
        assertThat(output.notes).hasSize(2);
        assertThat(counters.keptPackets()).isEqualTo(2);
        assertThat(counters.notSelectedPackets()).isEqualTo(1);
        assertThat(counters.afterLimitPackets()).isEqualTo(15);
        assertThat(counters.balances()).isTrue();
    }

    @Test
    void shouldCountPacketOnceForProcessAtBothEnds() throws IOException {
        filter.tell(batch(
                100,
                connected(1, 1, "udp 127.0.0.1:1000 > 127.0.0.1:2000", 1),
                connected(1, 2, "udp 127.0.0.1:2000 > 127.0.0.1:1000", 1)));
        spool.packet(10, Packets.ipv4("127.0.0.1", "127.0.0.1", 17, Packets.udp(1000, 2000, 2)));
        filter.tell(spool.progress());
        ProcessTotals totals = filter.finish().processes().get(0);
        assertThat(totals.packets()).isEqualTo(1);
        assertThat(totals.flows()).isEqualTo(2);
    }

    @Test
    void shouldWaitForTheWatermark() throws IOException {
        spool.packet(10, datagram(1000, 1)).packet(20, datagram(1000, 2));
        filter.tell(spool.progress(), batch(10));
        assertThat(filter.counters().receivedPackets()).isZero();
        // The event of the first packet comes late, as events do.
        filter.tell(batch(15, bound(9, 1, "udp *:1000", 1)));
        assertThat(filter.keptSeconds()).containsExactly(10.0);
        filter.tell(batch(25));
        assertThat(filter.keptSeconds()).containsExactly(10.0, 20.0);
    }

    @Test
    void shouldNotWaitWhenThereIsNoEventWorkerAndWaitAgainAfterItsNextSnapshot() throws IOException {
        filter.tell(batch(5, bound(1, 1, "udp *:1000", 1)));
        spool.packet(10, datagram(1000, 1));
        filter.tell(spool.progress());
        assertThat(filter.keptSeconds()).isEmpty();
        filter.tell(new EventsEnded());
        assertThat(filter.keptSeconds()).containsExactly(10.0);
        filter.tell(snapshot(12));
        spool.packet(13, datagram(1000, 2));
        filter.tell(spool.progress());
        assertThat(filter.counters().receivedPackets()).isEqualTo(1);
        filter.tell(batch(14));
        assertThat(filter.counters().receivedPackets()).isEqualTo(2);
    }

    @Test
    void shouldMergeInterfacesByTime() throws IOException {
        FilterFixture two = new FilterFixture(Files.createDirectory(directory.resolve("two")));
        SpoolFiles one = new SpoolFiles(directory, 2, 0, LinkType.RAW);
        SpoolFiles other = new SpoolFiles(directory, 2, 1, LinkType.RAW);
        two.tell(snapshot(0), run(2, one.description(), other.description()));
        two.tell(batch(100, bound(1, 1, "udp *:1000", 1)));
        one.packet(10, datagram(1000, 1)).packet(30, datagram(1000, 1));
        two.tell(one.progress());
        assertThat(two.keptSeconds()).isEmpty();
        two.tell(other.quietUntil(15).progress());
        assertThat(two.keptSeconds()).containsExactly(10.0);
        two.tell(other.packet(20, datagram(1000, 1))
                .packet(40, datagram(1000, 1))
                .progress());
        assertThat(two.keptSeconds()).containsExactly(10.0, 20.0, 30.0);
        two.finish();
        assertThat(two.keptSeconds()).containsExactly(10.0, 20.0, 30.0, 40.0);
    }

    @Test
    void shouldLoseNoPacketThatIsALittleLate() throws IOException {
        String flow = "udp 10.0.0.1:1000 > 10.0.0.9:53";
        filter.tell(batch(100, connected(9, 1, flow, 1), closed(10.5, 1, flow, 1)));
        spool.packet(10, datagram(1000, 1)).packet(12, datagram(2000, 1)).packet(10.2, datagram(1000, 1));
        filter.tell(spool.progress());
        assertThat(filter.keptSeconds()).containsExactly(10.0, 10.2);
    }

    @Test
    void shouldGoFromSegmentToSegmentAndGiveThemBack() throws IOException {
        filter.tell(batch(100, bound(1, 1, "udp *:1000", 1)));
        spool.packet(10, datagram(1000, 1));
        filter.tell(spool.progress());
        assertThat(filter.listener.segments).isEmpty();
        spool.packet(11, datagram(1000, 1));
        filter.tell(spool.end());
        assertThat(filter.listener.segments).containsExactly("run1-if0-000001.pcap");
        filter.tell(spool.end());
        spool.packet(12, datagram(1000, 1));
        filter.tell(spool.end());
        assertThat(filter.listener.segments)
                .containsExactly("run1-if0-000001.pcap", "run1-if0-000002.pcap", "run1-if0-000003.pcap");
        // What is given back is in the output.
        assertThat(FilterFixture.seconds(directory.resolve("out.pcap"))).containsExactly(10.0, 11.0, 12.0);
    }

    @Test
    void shouldReadWhatWorkerWroteWithoutAnnouncingItWhenItDied() throws IOException {
        filter.tell(batch(100, bound(1, 1, "udp *:1000", 1)));
        spool.packet(10, datagram(1000, 1));
        filter.tell(spool.progress());
        spool.packet(11, datagram(1000, 1)).progress();
        byte[] torn = new byte[20];
        torn[8] = 100;
        Files.write(spool.current(), torn, StandardOpenOption.APPEND);

        SpoolFiles next = new SpoolFiles(directory, 2, 0, LinkType.RAW);
        next.packet(20, datagram(1000, 1));
        filter.tell(run(2, next.description()), next.progress());
        assertThat(filter.keptSeconds()).containsExactly(10.0);
        filter.tell(new RunEnded(1));
        assertThat(filter.keptSeconds()).containsExactly(10.0, 11.0, 20.0);
        FilterProgress result = filter.finish();
        assertThat(result.counters().unreadableBytes()).isEqualTo(20);
        assertThat(result.problems()).singleElement().asString().contains("the last 20 of");
        assertThat(result.doneBytes()).isEqualTo(result.totalBytes());
    }

    @Test
    void shouldGiveUpDamagedSegmentAndReadTheNext() throws IOException {
        filter.tell(batch(100, bound(1, 1, "udp *:1000", 1)));
        spool.packet(10, datagram(1000, 1));
        spool.progress();
        Path damaged = spool.current();
        long good = Files.size(damaged);
        Files.write(
                damaged,
                new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17},
                StandardOpenOption.APPEND);
        filter.tell(new FilterCommand.ProgressArrived(1, 0, 1, damaged, good + 17, false, 0, null));
        filter.tell(new FilterCommand.ProgressArrived(1, 0, 1, damaged, good + 17, true, 0, null));
        spool.end();
        filter.tell(spool.packet(12, datagram(1000, 1)).end());
        assertThat(filter.keptSeconds()).containsExactly(10.0, 12.0);
        FilterProgress result = filter.finish();
        assertThat(result.counters().unreadableBytes()).isEqualTo(17);
        assertThat(result.problems()).hasSize(2);
    }

    @Test
    void shouldSayThatSegmentIsMissing() throws IOException {
        filter.tell(batch(100));
        filter.tell(new FilterCommand.ProgressArrived(1, 0, 1, directory.resolve("gone.pcap"), 500, true, 0, null));
        FilterProgress result = filter.finish();
        assertThat(result.counters().unreadableBytes()).isEqualTo(500);
        assertThat(result.problems())
                .anyMatch(problem -> problem.matches("read .*gone.pcap: No such file or directory"));
    }

    @Test
    void shouldSayThatAnnouncementFitsNoInterface() throws IOException {
        filter.tell(new FilterCommand.ProgressArrived(1, 7, 1, spool.current(), 24, false, 0, null));
        filter.tell(new FilterCommand.ProgressArrived(9, 0, 1, spool.current(), 24, false, 0, null));
        assertThat(filter.finish().problems()).hasSize(2);
    }

    @Test
    void shouldFilterEverythingAtFinishWithoutWaiting() throws IOException {
        filter.tell(batch(5, bound(1, 1, "udp *:1000", 1)));
        filter.tell(spool.packet(10, datagram(1000, 1)).progress());
        assertThat(filter.counters().receivedPackets()).isZero();
        assertThat(filter.finish().counters().keptPackets()).isEqualTo(1);
    }

    @Test
    void shouldKeepLaterFragmentsOfAKeptDatagramInEveryOrder() throws IOException {
        filter.tell(batch(100, bound(1, 1, "udp *:1000", 1), bound(1, 2, "udp *:2000", 2)));
        spool.packet(10.0, later(5, 100))
                .packet(10.1, first(5, 1000))
                .packet(10.2, later(5, 200))
                .packet(10.3, first(6, 2000))
                .packet(10.4, later(6, 100))
                .packet(10.5, later(7, 100));
        filter.tell(spool.progress());
        assertThat(filter.keptSeconds()).containsExactly(10.1, 10.0, 10.2);
        assertThat(filter.counters().heldPackets()).isEqualTo(1);
        spool.packet(12, datagram(1000, 1));
        filter.tell(spool.progress());
        FilterCounters counters = filter.finish().counters();
        assertThat(counters.heldPackets()).isZero();
        assertThat(counters.unknownPackets()).containsEntry(UnknownCause.FRAGMENT_WITHOUT_FIRST, 1L);
    }

    @Test
    void shouldBoundFragmentsThatWait() throws IOException {
        filter.tell(batch(100));
        for (int i = 0; i < 2000; i++) {
            spool.packet(10 + i / 1e6, later(i, 100));
        }
        filter.tell(spool.progress());
        assertThat(filter.counters().heldPackets()).isEqualTo(FragmentHold.MAX_PACKETS);
        assertThat(filter.finish().counters().unknownPackets())
                .containsEntry(UnknownCause.FRAGMENT_WITHOUT_FIRST, 2000L);
    }

    @Test
    void shouldNotLetAPacketOfTheFutureCostOthersTheirOwners() throws IOException {
        String flow = "udp 10.0.0.1:1000 > 10.0.0.9:53";
        filter.tell(batch(20, connected(9, 1, flow, 1), closed(19.5, 1, flow, 1)));
        // As many as are decided in one go, so that what has ended is given back before the last.
        for (int i = 0; i < FilterFixture.CHUNK_PACKETS; i++) {
            spool.misdatedPacket(4_000_000_000.0, datagram(2000, 1));
        }
        spool.packet(19, datagram(1000, 1));
        filter.tell(spool.progress());
        assertThat(filter.finish().counters().keptPackets()).isEqualTo(1);
    }

    @Test
    void shouldRefuseSecondLinkTypeInPcap() {
        assertThatThrownBy(() -> filter.tell(run(2, new SpoolFiles(directory, 2, 0, LinkType.ETHERNET).description())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pcapng");
    }

    private static byte[] first(int id, int port) {
        return Packets.ipv4(HERE, "10.0.0.9", 17, id, 0x2000, new byte[0], Packets.udp(port, 53, 64));
    }

    private static byte[] later(int id, int offset) {
        return Packets.ipv4(HERE, "10.0.0.9", 17, id, offset, new byte[0], new byte[80]);
    }
}
