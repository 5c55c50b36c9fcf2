package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.PacketSourceContract;
import io.pidcap.host.PcapRecords;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.UdpSender;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libpcap itself, on loopback, with datagrams of another process. */
class PcapPacketSourceTest extends PacketSourceContract {
    private static final int PAYLOAD_BYTES = 32;
    private static final int ETHERNET_IPV4_UDP_BYTES = 14 + 20 + 8;
    private static final int SLL2_IPV4_UDP_BYTES = 20 + 20 + 8;
    private static final int BUFFER_BYTES = 64 << 20;

    @TempDir
    private Path directory;

    /** Bound so that nobody else uses the port and no ICMP error comes back. */
    private final DatagramSocket sink;

    PcapPacketSourceTest() throws SocketException {
        sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @BeforeAll
    static void needsRoot() {
        RequiredFeature.requireRoot();
    }

    @AfterEach
    void closeSink() {
        sink.close();
    }

    @Override
    protected PacketSource open() {
        return open("lo", "udp port " + sink.getLocalPort());
    }

    private static PacketSource open(String interfaceName, String filter) {
        return PcapPacketSource.open(
                LibPcap.INSTANCE, new PacketSourceConfig(interfaceName, 262144, false, BUFFER_BYTES, filter));
    }

    @Override
    protected void send(int count) {
        ChildProcess.run(ChildProcess.javaCommand(
                UdpSender.class,
                Integer.toString(sink.getLocalPort()),
                Integer.toString(count),
                Integer.toString(PAYLOAD_BYTES)));
    }

    @Override
    protected int payloadOffset() {
        return ETHERNET_IPV4_UDP_BYTES;
    }

    @Test
    void shouldBeReadByTcpdumpAndNameTheInterfaceWhenCapturedOnAny() {
        Path file = directory.resolve("any.pcap");
        int count = 5 * PcapPacketSource.PUMP_PACKETS;
        try (PacketSource source = open("any", "udp port " + sink.getLocalPort())) {
            assertThat(source.linkType()).isEqualTo(LinkType.LINUX_SLL2);
            assertThat(source.nanosecondTimestamps()).isTrue();
            try (PacketSource.Segment segment = source.createSegment(file)) {
                send(count);
                drain(source, segment);
            }
            assertThat(source.counters()).isEqualTo(new CaptureCounters(count, 0, count, 0, 0, 0));
        }
        String text = ChildProcess.run("tcpdump", "-n", "-r", file.toString(), "udp port " + sink.getLocalPort());
        assertThat(text.lines().filter(line -> line.contains("UDP, length " + PAYLOAD_BYTES)))
                .hasSize(count)
                .allMatch(line -> line.contains(" lo "));
    }

    @Test
    void shouldCutPacketsAndKeepTheirLengthWhenTheSnaplenIsSmall() {
        Path file = directory.resolve("cut.pcap");
        try (PacketSource source = PcapPacketSource.open(
                LibPcap.INSTANCE,
                new PacketSourceConfig(
                        "any", SLL2_IPV4_UDP_BYTES, false, BUFFER_BYTES, "udp port " + sink.getLocalPort()))) {
            assertThat(source.snaplen()).isEqualTo(SLL2_IPV4_UDP_BYTES);
            try (PacketSource.Segment segment = source.createSegment(file)) {
                send(3);
                drain(source, segment);
            }
        }
        assertThat(PcapRecords.read(file)).hasSize(3).allSatisfy(packet -> {
            assertThat(packet.bytes().remaining()).isEqualTo(SLL2_IPV4_UDP_BYTES);
            assertThat(packet.originalLength()).isEqualTo(SLL2_IPV4_UDP_BYTES + PAYLOAD_BYTES);
        });
    }

    private static void drain(PacketSource source, PacketSource.Segment segment) {
        long until = System.nanoTime();
        while (!isDrained(source, until)) {
            source.pump(segment, 10);
        }
    }

    @Test
    void shouldRefuseWithLibpcapsWordsWhenTheFilterIsWrong() {
        assertRefused(
                "lo", "udp prot 1", HostException.Code.BAD_FILTER, "filter \"udp prot 1\" on lo: ", "syntax error");
    }

    @Test
    void shouldRefuseWhenTheFilterDoesNotFitTheLinkType() {
        assertRefused(
                "lo", "wlan type mgt", HostException.Code.BAD_FILTER, "filter \"wlan type mgt\" on lo: ", "802.11");
    }

    @Test
    void shouldRefuseWhenThereIsNoSuchInterface() {
        assertRefused("nosuch0", "", HostException.Code.NO_SUCH_INTERFACE, "open nosuch0 for capture: ", "(-5)");
    }

    private static void assertRefused(String name, String filter, HostException.Code code, String... words) {
        assertThatThrownBy(() -> open(name, filter).close())
                .isInstanceOfSatisfying(HostException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.hint()).isNotEmpty();
                })
                .message()
                .contains(words)
                .doesNotContain("\n");
    }
}
