package io.pidcap.host.windows.npcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.PacketSourceContract;
import io.pidcap.host.PcapRecords;
import io.pidcap.host.pcap.PcapPacketSource;
import io.pidcap.host.windows.StandIns;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The binding for Npcap, on a stand-in for wpcap.dll with Windows' layouts, its small buffer, and its silence. */
class NpcapPacketSourceTest extends PacketSourceContract {
    private static final int PORT = 7777;
    private static final int BUFFER_BYTES = 64 << 20;
    private static final String ETHERNET = "{11111111-2222-3333-4444-555555555555}";

    @TempDir
    private Path directory;

    private final StandIns windows = StandIns.inThisJvm();

    NpcapPacketSourceTest() {
        windows.loopback();
        windows.adapter(ETHERNET, "Ethernet", true, "10.0.0.2/24", "Intel(R) Ethernet");
    }

    @Override
    protected PacketSource open() {
        return open("Loopback", "udp port " + PORT);
    }

    private static PacketSource open(String interfaceName, String filter) {
        return open(interfaceName, 262144, BUFFER_BYTES, filter);
    }

    private static PacketSource open(String interfaceName, int snaplen, int bufferBytes, String filter) {
        return PcapPacketSource.open(
                Npcap.INSTANCE, new PacketSourceConfig(interfaceName, snaplen, false, bufferBytes, filter));
    }

    @Override
    protected void send(int count) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(LoopbackPacket.udp(PORT + 1, i));
            packets.add(LoopbackPacket.udp(PORT, i));
        }
        windows.packets("Loopback", packets);
    }

    @Override
    protected int payloadOffset() {
        return LoopbackPacket.PAYLOAD_OFFSET;
    }

    /** Windows' rights are inherited from the directory; here there are only this system's. */
    @Override
    protected void assertIsPrivate(Path file) {
        assertThat(file).isRegularFile();
    }

    private static void drain(PacketSource source, PacketSource.Segment segment) {
        long until = System.nanoTime();
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!isDrained(source, until)) {
            assertThat(Instant.now()).isBefore(deadline);
            source.pump(segment, 10);
        }
    }

    @Test
    void shouldStampInMicrosecondsByTheSystemsClock() {
        Instant before = Instant.now().minusMillis(1);
        Path file = directory.resolve("stamped.pcap");
        try (PacketSource source = open();
                PacketSource.Segment segment = source.createSegment(file)) {
            assertThat(source.nanosecondTimestamps()).isFalse();
            assertThat(source.linkType()).isEqualTo(LinkType.NULL);
            send(1);
            drain(source, segment);
        }
        assertThat(PcapRecords.read(file))
                .singleElement()
                .extracting(packet -> Instant.ofEpochSecond(0, packet.epochNanos()))
                .satisfies(stamp -> assertThat(stamp).isBetween(before, Instant.now()));
    }

    @Test
    void shouldTakeAllOfAFloodInOrderThoughTheLibraryHandsOverLittleAtATime() {
        int count = 20_000;
        Path file = directory.resolve("ключ 中.pcap");
        try (PacketSource source = open();
                PacketSource.Segment segment = source.createSegment(file)) {
            send(count);
            drain(source, segment);
            segment.flush();
            assertThat(source.counters()).isEqualTo(new CaptureCounters(count, 0, count, 0, 0, 0));
        }
        assertThat(PcapRecords.read(file).stream().map(packet -> packet.bytes().getInt(payloadOffset())))
                .isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    @Test
    void shouldCutPacketsAlsoWithoutAFilter() {
        Path file = directory.resolve("cut.pcap");
        try (PacketSource source = open("loopback", 40, BUFFER_BYTES, "");
                PacketSource.Segment segment = source.createSegment(file)) {
            send(2);
            drain(source, segment);
        }
        assertThat(PcapRecords.read(file)).hasSize(4).allSatisfy(packet -> {
            assertThat(packet.bytes().remaining()).isEqualTo(40);
            assertThat(packet.originalLength()).isEqualTo(LoopbackPacket.BYTES);
        });
    }

    @Test
    void shouldCountWhatTheDriverHadNoRoomFor() {
        int room = 1000 * (16 + LoopbackPacket.BYTES);
        try (PacketSource source = open("Loopback", 262144, room, "udp port " + PORT);
                PacketSource.Segment segment = source.createSegment(directory.resolve("full.pcap"))) {
            send(5000);
            Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
            while (source.counters().receivedPackets() < 5000) {
                assertThat(Instant.now()).isBefore(deadline);
            }
            drain(source, segment);
            assertThat(source.counters()).isEqualTo(new CaptureCounters(1000, 0, 5000, 4000, 0, 0));
        }
    }

    @Test
    void shouldCutBehindTheLastWholeRecordWhereAWriteFailedAndNobodyWasTold() throws IOException {
        int record = 16 + LoopbackPacket.BYTES;
        Path file = directory.resolve("broken.pcap");
        windows.set("disk_bytes", PcapRecords.HEADER_BYTES + 10 * record + 5);
        try (PacketSource source = open();
                PacketSource.Segment segment = source.createSegment(file)) {
            send(4);
            drain(source, segment);
            segment.flush();
            send(20);
            drain(source, segment);
            assertThatThrownBy(segment::flush)
                    .isInstanceOfSatisfying(
                            HostException.class, e -> assertThat(e.code()).isEqualTo(Code.IO))
                    .hasMessage("write " + file + ": a write failed");
            assertThat(segment.readableBytes()).isEqualTo(PcapRecords.HEADER_BYTES + 10L * record);
            assertThat(source.counters()).isEqualTo(new CaptureCounters(10, 14, 24, 0, 0, 0));
        }
        assertThat(Files.size(file)).isEqualTo(PcapRecords.HEADER_BYTES + 10L * record);
        assertThat(PcapRecords.read(file)).hasSize(10);
    }

    @Test
    void shouldSayDeviceLostWhenTheAdapterGoesAway() {
        try (PacketSource source = open();
                PacketSource.Segment segment = source.createSegment(directory.resolve("lost.pcap"))) {
            windows.set("device_lost", 1);
            assertThatThrownBy(() -> source.pump(segment, 10))
                    .isInstanceOfSatisfying(
                            HostException.class, e -> assertThat(e.code()).isEqualTo(Code.DEVICE_LOST))
                    .hasMessage("capture on Loopback: read error: PacketReceivePacket failed");
            windows.set("device_lost", 0);
            windows.set("wait", 6);
            assertThatThrownBy(() -> source.pump(segment, 10)).hasMessage("capture on Loopback: error (6)");
            windows.clear();
        }
    }

    @Test
    void shouldRefuseInItsWords() {
        assertRefused("Ether", "", Code.NO_SUCH_INTERFACE, "open Ether for capture: there is no such interface");
        assertRefused(
                "\\Device\\NPF_{0}", "", Code.NO_SUCH_INTERFACE, "open \\Device\\NPF_{0} for capture: No such device");
        assertRefused("ethernet", "udp prot 1", Code.BAD_FILTER, "filter \"udp prot 1\" on ethernet: can't parse");
        windows.set("pcap_getevent", 1);
        assertRefused("Ethernet", "", Code.NOT_SUPPORTED, "Npcap has no event for it");
        windows.set("pcap_activate", -8);
        assertRefused("Ethernet", "", Code.NO_PRIVILEGE, "You don't have permission");
        windows.set("pcap_activate", -1);
        assertRefused("Ethernet", "", Code.NOT_SUPPORTED, "Error opening adapter: the driver is gone (2) (-1)");
    }

    private static void assertRefused(String name, String filter, Code code, String words) {
        assertThatThrownBy(() -> open(name, filter).close())
                .isInstanceOfSatisfying(HostException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.hint()).isNotEmpty();
                })
                .hasMessageContaining(words);
    }

    @Test
    void shouldRefuseASegmentThatNpcapCannotOpen() {
        windows.set("pcap_dump_hopen", 1);
        try (PacketSource source = open()) {
            assertThatThrownBy(() ->
                            source.createSegment(directory.resolve("no.pcap")).close())
                    .hasMessage("write " + directory.resolve("no.pcap") + ": _open_osfhandle: Too many open files");
        }
    }
}
