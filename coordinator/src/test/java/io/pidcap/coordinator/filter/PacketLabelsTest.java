package io.pidcap.coordinator.filter;

import static io.pidcap.coordinator.filter.FilterFixture.HERE;
import static io.pidcap.coordinator.filter.FilterFixture.batch;
import static io.pidcap.coordinator.filter.FilterFixture.bound;
import static io.pidcap.coordinator.filter.FilterFixture.connected;
import static io.pidcap.coordinator.filter.FilterFixture.datagram;
import static io.pidcap.coordinator.filter.FilterFixture.run;
import static io.pidcap.coordinator.filter.FilterFixture.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.History;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCommand.BatchArrived;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the filter stage has the output say of its packets. */
class PacketLabelsTest {
    private static final String CLIENT = "udp 127.0.0.1:1000 > 127.0.0.1:2000";
    private static final String SERVER = "udp 127.0.0.1:2000 > 127.0.0.1:1000";

    @TempDir
    Path directory;

    private final RecordingWriter output = new RecordingWriter();

    private FilterFixture filter(SpoolFiles spool, ProcessSelector selector, FlowEvent... events) throws IOException {
        FilterFixture filter = new FilterFixture(directory, selector, output);
        return filter.tell(snapshot(0), run(1, spool.description()), batch(100, events));
    }

    private SpoolFiles spool(LinkType linkType) throws IOException {
        return new SpoolFiles(directory, 1, 0, linkType);
    }

    private static ProcessSelector everything() {
        return ProcessSelector.ofNames();
    }

    @Test
    void shouldTellTheWantedProcessItsPeerAndTheDirectionThatItSees() throws IOException {
        SpoolFiles spool = spool(LinkType.RAW)
                .packet(10, History.packet(CLIENT, 0))
                .packet(11, History.packet(SERVER, 0))
                .packet(12, datagram(3000, 1));
        filter(
                        spool,
                        ProcessSelector.ofNames("p1"),
                        connected(1, 1, CLIENT, 1),
                        connected(1, 2, SERVER, 2),
                        bound(1, 3, "udp *:3000", 1))
                .tell(spool.progress());
        assertThat(output.texts())
                .containsExactly(
                        "p1 socket_event peer p2 OUTBOUND",
                        "p1 socket_event peer p2 INBOUND",
                        "p1 socket_event OUTBOUND");
    }

    @Test
    void shouldTellEachNameOfAWantedOwnerTheSenderFirst() throws IOException {
        SpoolFiles spool =
                spool(LinkType.RAW).packet(10, History.packet(CLIENT, 0)).packet(11, History.packet(SERVER, 0));
        filter(spool, ProcessSelector.ofNames("p*"), connected(1, 1, CLIENT, 1), connected(1, 2, SERVER, 2))
                .tell(spool.progress());
        assertThat(output.texts())
                .containsExactly(
                        "p1 socket_event peer p2 OUTBOUND; p2 socket_event peer p1 INBOUND",
                        "p2 socket_event peer p1 OUTBOUND; p1 socket_event peer p2 INBOUND");
    }

    @Test
    void shouldTellAProcessAtBothEndsOnce() throws IOException {
        SpoolFiles spool = spool(LinkType.RAW).packet(10, History.packet(CLIENT, 0));
        filter(spool, ProcessSelector.ofNames("p1"), connected(1, 1, CLIENT, 1), connected(1, 2, SERVER, 1))
                .tell(spool.progress());
        assertThat(output.texts()).containsExactly("p1 socket_event peer p1 OUTBOUND");
    }

    @Test
    void shouldTurnTheDirectionOfAnIcmpErrorRound() throws IOException {
        byte[] error = Packets.icmpError(3, datagram(1000, 1));
        SpoolFiles spool = spool(LinkType.RAW).packet(10, Packets.ipv4("10.0.0.9", HERE, 1, error));
        filter(spool, ProcessSelector.ofNames("p1"), bound(1, 1, "udp *:1000", 1))
                .tell(spool.progress());
        assertThat(output.texts()).containsExactly("p1 quoted INBOUND");
    }

    @Test
    void shouldMakeOneLabelForPacketsOfWhichTheSameIsSaid() throws IOException {
        SpoolFiles spool = spool(LinkType.RAW);
        FilterFixture filter = filter(
                spool, ProcessSelector.ofNames("p1"), bound(1, 1, "udp *:1000", 1), bound(1, 2, "udp *:2000", 1));
        for (int i = 0; i < 50; i++) {
            // Every batch ends what was remembered of the flows.
            filter.tell(batch(100 + i, connected(50 + i, 100 + i, "tcp 10.0.0.1:" + (3000 + i) + " > 10.0.0.2:80", 3)));
            spool.packet(10 + i, datagram(i % 2 == 0 ? 1000 : 2000, i));
            filter.tell(spool.progress());
        }
        assertThat(output.notes).hasSize(50);
        assertThat(output.labels).isEqualTo(1);
    }

    @Test
    void shouldForgetLabelsWhenThereAreTooMany() throws IOException {
        SpoolFiles spool = spool(LinkType.RAW);
        FilterFixture filter = filter(spool, everything());
        FlowEvent[] events = new FlowEvent[PacketLabels.MOST_LABELS + 1];
        for (int i = 0; i < events.length; i++) {
            events[i] = bound(1, 1000 + i, "udp *:" + (1000 + i), 1000 + i);
            spool.packet(10 + i * 1e-6, datagram(1000 + i, 0));
        }
        spool.packet(11, datagram(1000 + events.length - 1, 0));
        // Plain packets of one flow keep their label; with options in the header each is looked at anew.
        spool.packet(12, Packets.ipv4(HERE, "10.0.0.9", 17, 0, 0, new byte[4], Packets.udp(1000, 53, 0)));
        filter.tell(batch(100, events), spool.progress());
        assertThat(output.notes).hasSize(events.length + 2);
        assertThat(output.labels).isEqualTo(events.length + 1);
    }

    @Test
    void shouldTellTheNewNameAfterAnExec() throws IOException {
        SpoolFiles spool = spool(LinkType.RAW).packet(10, datagram(1000, 1));
        FilterFixture filter = filter(spool, ProcessSelector.ofPid(1), bound(1, 1, "udp *:1000", 1));
        filter.tell(spool.progress());
        ProcessInfo after = new ProcessInfo(History.process(1), 0, "other", "other", null, List.of(), 0)
                .withChangedSince(History.at(11));
        filter.tell(new BatchArrived(
                new FlowBatch(List.of(after), List.of(), List.of(), false, List.of(), 0, History.at(200))));
        spool.packet(12, datagram(1000, 1));
        filter.tell(spool.progress());
        assertThat(output.texts()).containsExactly("p1 socket_event OUTBOUND", "other socket_event OUTBOUND");
    }

    @Test
    void shouldKeepEverythingWhenNothingIsNamedAndTellWhyNobodyIsKnown() throws IOException {
        SpoolFiles spool = spool(LinkType.LINUX_SLL2)
                .packet(10, Packets.sll2(4, 0x800, datagram(1000, 1)))
                .packet(11, Packets.sll2(0, 0x800, Packets.ipv4("10.0.0.9", HERE, 17, Packets.udp(53, 1000, 1))))
                .packet(12, Packets.sll2(4, 0x800, datagram(2000, 1)))
                .packet(13, Packets.sll2(0, 0x800, datagram(2000, 1)))
                .packet(14, Packets.sll2(0, 0x806, new byte[28]))
                .packet(15, Packets.sll2(0, 0x800, Packets.ipv4("127.0.0.1", "127.0.0.1", 17, Packets.udp(5, 6, 0))))
                .packet(
                        16,
                        Packets.sll2(0, 0x800, Packets.ipv4("10.0.0.9", HERE, 17, 7, 100, new byte[0], new byte[8])))
                .packet(17, new byte[3]);
        FilterFixture filter = filter(spool, everything(), bound(1, 1, "udp *:1000", 5));
        filter.tell(spool.progress());
        FilterCounters counters = filter.finish().counters();
        assertThat(output.texts())
                .containsExactly(
                        "p5 socket_event OUTBOUND",
                        "p5 socket_event INBOUND",
                        "- unknown_no_owner OUTBOUND",
                        "- unknown_no_owner INBOUND",
                        "- unknown_not_ip INBOUND",
                        "- unknown_no_owner UNKNOWN",
                        "- unknown_truncated UNKNOWN",
                        "- unknown_fragment_without_first INBOUND");
        assertThat(counters.keptPackets()).isEqualTo(counters.receivedPackets()).isEqualTo(8);
        assertThat(counters.skippedPackets()).isZero();
        assertThat(counters.keptUnknownPackets())
                .containsEntry(UnknownCause.NO_OWNER, 3L)
                .containsEntry(UnknownCause.NOT_IP, 1L)
                .containsEntry(UnknownCause.TRUNCATED, 1L)
                .containsEntry(UnknownCause.FRAGMENT_WITHOUT_FIRST, 1L);
        assertThat(filter.stage.progress(FilterProgress.State.FINISHED).processes())
                .extracting(totals -> totals.name() + " " + totals.packets())
                .containsExactly("p5 2");
    }
}
