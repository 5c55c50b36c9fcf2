package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.Packets.extension;
import static io.pidcap.coordinator.packet.Packets.fragment6;
import static io.pidcap.coordinator.packet.Packets.icmpError;
import static io.pidcap.coordinator.packet.Packets.ipv4;
import static io.pidcap.coordinator.packet.Packets.ipv6;
import static io.pidcap.coordinator.packet.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FragmentTableTest {
    private static final int MORE = 0x2000;
    private final FragmentTable table = new FragmentTable();

    private static byte[] first(int id, int port) {
        return ipv4("192.0.2.1", "192.0.2.2", 17, id, MORE, new byte[0], udp(port, 53, 16));
    }

    private static byte[] later(int id) {
        return ipv4("192.0.2.1", "192.0.2.2", 17, id, 3, new byte[0], new byte[30]);
    }

    @Test
    void shouldGiveLaterFragmentThePortsOfItsFirst() {
        assertThat(table.follow(parse(first(7, 1111)), 0)).isTrue();
        assertThat(table.follow(parse(first(8, 2222)), 0)).isTrue();
        PacketEndpoints later = parse(later(7));
        assertThat(table.follow(later, 1)).isTrue();
        assertThat(later.sourcePort()).isEqualTo(1111);
        assertThat(later.destinationPort()).isEqualTo(53);
    }

    @Test
    void shouldNotKnowLaterFragmentWhenFirstIsMissingOrOfAnotherDatagram() {
        table.follow(parse(first(7, 1111)), 0);
        assertThat(table.follow(parse(later(9)), 1)).isFalse();
        assertThat(table.follow(parse(ipv4("192.0.2.1", "192.0.2.2", 6, 7, 3, new byte[0], new byte[9])), 1))
                .isFalse();
        assertThat(table.follow(parse(ipv4("192.0.2.9", "192.0.2.2", 17, 7, 3, new byte[0], new byte[9])), 1))
                .isFalse();
    }

    @Test
    void shouldUseNewestFirstWhenIdentificationIsUsedAgain() {
        table.follow(parse(first(7, 1111)), 0);
        table.follow(parse(first(7, 2222)), 5);
        PacketEndpoints later = parse(later(7));
        table.follow(later, 6);
        assertThat(later.sourcePort()).isEqualTo(2222);
    }

    @Test
    void shouldForgetFirstWhenNoHostWouldWaitAnyLonger() {
        table.follow(parse(first(7, 1111)), 0);
        assertThat(table.follow(parse(later(7)), FragmentTable.LIFE_NANOS)).isFalse();
    }

    @Test
    void shouldFollowIpv6FragmentsThroughExtensionHeaders() {
        byte[] first = ipv6(
                "2001:db8::1",
                "2001:db8::2",
                0,
                extension(44, 0, fragment6(60, 5, 0, true, extension(17, 0, udp(1111, 53, 8)))));
        byte[] later = ipv6("2001:db8::1", "2001:db8::2", 0, extension(44, 0, fragment6(60, 5, 4, false, new byte[8])));
        table.follow(parse(first), 0);
        PacketEndpoints parsed = parse(later);
        assertThat(table.follow(parsed, 1)).isTrue();
        assertThat(parsed.protocol()).isEqualTo(17);
        assertThat(parsed.sourcePort()).isEqualTo(1111);
    }

    @Test
    void shouldFollowQuotedFragment() {
        table.follow(parse(first(7, 1111)), 0);
        PacketEndpoints error = parse(ipv4("203.0.113.1", "192.0.2.1", 1, icmpError(11, later(7))));
        assertThat(table.follow(error, 1)).isTrue();
        assertThat(error.sourcePort()).isEqualTo(1111);
        assertThat(error.quoted()).isTrue();
    }

    @Test
    void shouldStayBoundedAndKeepTheNewest() {
        for (int id = 0; id < 60_000; id++) {
            table.follow(parse(first(id, 1 + id)), id);
        }
        int known = 0;
        for (int id = 0; id < 60_000; id++) {
            known += table.follow(parse(later(id)), 60_000) ? 1 : 0;
        }
        assertThat(known).isBetween(3000, 4096);
        assertThat(table.follow(parse(later(59_999)), 60_000)).isTrue();
    }

    private static PacketEndpoints parse(byte[] packet) {
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(LinkType.RAW, ByteBuffer.wrap(packet), 0, packet.length, endpoints);
        return endpoints;
    }
}
