package io.pidcap.coordinator.printing;

import static io.pidcap.coordinator.packet.Packets.bytes;
import static io.pidcap.coordinator.packet.Packets.ethernet;
import static io.pidcap.coordinator.packet.Packets.join;
import static io.pidcap.coordinator.packet.Packets.tcp;
import static io.pidcap.coordinator.packet.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a packet's bytes, decoded by pcap4j, to the line. */
class PacketLineTest {
    private static final String TIME = "2023-11-14 22:13:20.000000001 ";
    private static final String MACS = "02:00:00:00:00:02 > 02:00:00:00:00:01, ";
    private static final PacketProcess CURL = new PacketProcess("curl", 7, "socket event", "", -1);

    private final PacketDecoder decoder = new PacketDecoder();

    private record Captured(ByteBuffer buffer, int dataOffset, int capturedLength, int originalLength)
            implements CapturedPacket {
        @Override
        public long epochNanos() {
            return 1_700_000_000_000_000_001L;
        }
    }

    private DecodedPacket decode(LinkType linkType, byte[] packet) {
        ByteBuffer direct = ByteBuffer.allocateDirect(packet.length + 3).put(3, packet);
        return decoder.decode("", linkType, new Captured(direct, 3, packet.length, packet.length));
    }

    private String line(LinkType linkType, byte[] packet, PacketProcess process) {
        return new PacketLine(ZoneOffset.UTC).of(decode(linkType, packet), process);
    }

    private static byte[] v4(int protocol, byte[] payload) {
        return Packets.ipv4("192.0.2.1", "198.51.100.2", protocol, 0, 0, new byte[0], payload);
    }

    private static byte[] v6(int next, byte[] payload) {
        return Packets.ipv6("2001:db8::1", "2001:db8::2", next, payload);
    }

    @Test
    void shouldPrintWhatIsKnown() {
        assertThat(line(LinkType.ETHERNET, ethernet(0x800, v4(6, tcp(1000, 80, Packets.SYN, 3))), CURL))
                .isEqualTo(TIME + "curl[7] " + MACS + "IP 192.0.2.1.1000 > 198.51.100.2.80: TCP [S], length 57");
        assertThat(line(LinkType.RAW, v6(17, udp(1000, 53, 4)), PacketProcess.UNKNOWN))
                .isEqualTo(TIME + "- IP6 2001:db8::1.1000 > 2001:db8::2.53: UDP, length 52");
        assertThat(line(LinkType.LINUX_SLL2, Packets.sll2(4, 0x86dd, v6(17, udp(1, 2, 0))), CURL))
                .contains("IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 68");
        assertThat(line(LinkType.LINUX_SLL, Packets.sll(0, 0x800, v4(17, udp(1, 2, 0))), CURL))
                .contains("IP 192.0.2.1.1 > 198.51.100.2.2: UDP, length ");
        assertThat(line(LinkType.NULL, join(bytes(0, 0, 0, 30), v6(17, udp(1, 2, 0))), CURL))
                .isEqualTo(TIME + "curl[7] IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 52");
        assertThat(line(
                        LinkType.ETHERNET,
                        ethernet(0x8100, Packets.tag(7, 0x800, v4(17, udp(1, 2, 0)))),
                        new PacketProcess("", 7, "", "nginx", 9)))
                .isEqualTo(TIME + "?[7] " + MACS
                        + "IP 192.0.2.1.1 > 198.51.100.2.2: UDP vlan 7, length 46, peer nginx[9]");
        assertThat(line(LinkType.RAW, Packets.ipv4("192.0.2.1", "192.0.2.2", 17, 0, 100, new byte[0], bytes(1)), CURL))
                .contains("IP 192.0.2.1 > 192.0.2.2: UDP fragment at 800, length 21");
        assertThat(decoder.undecoded()).isZero();
    }

    @Test
    void shouldPrintWhatCannotBeDecodedByItsLinkTypeAndLength() {
        assertThat(line(LinkType.ETHERNET, new byte[10], CURL)).isEqualTo(TIME + "curl[7] link type EN10MB, length 10");
        assertThat(line(new LinkType(147), new byte[10], CURL))
                .isEqualTo(TIME + "curl[7] link type LINKTYPE 147, length 10");
        assertThat(line(LinkType.RAW, new byte[0], CURL)).isEqualTo(TIME + "curl[7] link type RAW, length 0");
        assertThat(decoder.undecoded()).isEqualTo(3);
        assertThat(line(LinkType.ETHERNET, ethernet(0x800, new byte[3]), CURL)).contains("IP cut short or malformed");
    }

    @Test
    void shouldEndWithNestedHeadersWithoutEnd() {
        byte[] tags = new byte[60_000];
        for (int i = 0; i + 4 <= tags.length; i += 4) {
            tags[i + 2] = (byte) 0x81;
        }
        assertThat(line(LinkType.ETHERNET, ethernet(0x8100, tags), CURL)).contains("length 60014");
    }

    @Test
    void shouldKeepATerminalFromObeyingAFile() {
        DecodedPacket packet = decode(LinkType.RAW, v6(17, udp(1000, 53, 4)));
        PacketProcess process = new PacketProcess("a\u001b[2J\n\u202eb", 1, "", "", -1);
        assertThat(new PacketLine(ZoneOffset.UTC).of(packet, process)).contains("a?[2J??b[1]");
    }

    @Test
    void shouldWriteJsonWithoutWhatIsNotKnown() {
        PacketProcess process = new PacketProcess("a \"b\"", 4_000_000_000L, "snapshot", "nginx", -1);
        DecodedPacket packet = decode(LinkType.ETHERNET, ethernet(0x800, v4(6, tcp(1000, 80, Packets.SYN, 3))));
        String text = PacketJson.line(packet, process);
        assertThat(text).doesNotContain("\n");
        JsonNode json = JsonMapper.shared().readTree(text);
        assertThat(json.at("/time").asString()).isEqualTo("2023-11-14T22:13:20.000000001Z");
        assertThat(json.at("/epochNanos").asString()).isEqualTo("1700000000000000001");
        assertThat(json.at("/process/name").asString()).isEqualTo("a \"b\"");
        assertThat(json.at("/process/pid").asLong()).isEqualTo(4_000_000_000L);
        assertThat(json.at("/process/reason").asString()).isEqualTo("snapshot");
        assertThat(json.at("/process/peer/name").asString()).isEqualTo("nginx");
        assertThat(json.at("/process/peer/pid").isMissingNode()).isTrue();
        assertThat(json.at("/source/address").asString()).isEqualTo("192.0.2.1");
        assertThat(json.at("/source/port").asInt()).isEqualTo(1000);
        assertThat(json.at("/destination/mac").asString()).isEqualTo("02:00:00:00:00:01");
        assertThat(json.at("/length").asInt()).isEqualTo(57);

        String bare = PacketJson.line(decode(new LinkType(147), new byte[4]), PacketProcess.UNKNOWN);
        assertThat(bare).contains("LINKTYPE 147").doesNotContain("process", "source", "protocol", "null");
    }
}
