package io.pidcap.coordinator.packet;

import static io.pidcap.coordinator.packet.Packets.ACK;
import static io.pidcap.coordinator.packet.Packets.SYN;
import static io.pidcap.coordinator.packet.Packets.authentication;
import static io.pidcap.coordinator.packet.Packets.broadcastEthernet;
import static io.pidcap.coordinator.packet.Packets.bytes;
import static io.pidcap.coordinator.packet.Packets.echo;
import static io.pidcap.coordinator.packet.Packets.ethernet;
import static io.pidcap.coordinator.packet.Packets.extension;
import static io.pidcap.coordinator.packet.Packets.fragment6;
import static io.pidcap.coordinator.packet.Packets.icmpError;
import static io.pidcap.coordinator.packet.Packets.ipv4;
import static io.pidcap.coordinator.packet.Packets.ipv6;
import static io.pidcap.coordinator.packet.Packets.join;
import static io.pidcap.coordinator.packet.Packets.sll;
import static io.pidcap.coordinator.packet.Packets.sll2;
import static io.pidcap.coordinator.packet.Packets.tag;
import static io.pidcap.coordinator.packet.Packets.tcp;
import static io.pidcap.coordinator.packet.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.PacketEndpoints.Direction;
import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PacketEndpointParserTest {
    private static final String V4 = "192.0.2.1:1000 > 198.51.100.2:2000";
    private static final String V6 = "2001:db8::1:1000 > 2001:db8::2:2000";

    private static byte[] v4(int protocol, byte[] payload) {
        return ipv4("192.0.2.1", "198.51.100.2", protocol, payload);
    }

    private static byte[] v6(int next, byte[] payload) {
        return ipv6("2001:db8::1", "2001:db8::2", next, payload);
    }

    static Stream<Arguments> packets() {
        byte[] udp4 = v4(17, udp(1000, 2000, 4));
        byte[] udp6 = v6(17, udp(1000, 2000, 4));
        byte[] options = new byte[8];
        return Stream.of(
                Arguments.of("Ethernet", LinkType.ETHERNET, ethernet(0x800, udp4), "protocol 17 " + V4),
                Arguments.of("Ethernet, IPv6", LinkType.ETHERNET, ethernet(0x86dd, udp6), "protocol 17 " + V6),
                Arguments.of("VLAN", LinkType.ETHERNET, ethernet(0x8100, tag(7, 0x800, udp4)), "protocol 17 " + V4),
                Arguments.of(
                        "QinQ",
                        LinkType.ETHERNET,
                        ethernet(0x88a8, tag(7, 0x8100, tag(8, 0x86dd, udp6))),
                        "protocol 17 " + V6),
                Arguments.of(
                        "old QinQ, three tags",
                        LinkType.ETHERNET,
                        ethernet(0x9100, tag(7, 0x8100, tag(8, 0x8100, tag(9, 0x800, udp4)))),
                        "protocol 17 " + V4),
                Arguments.of("SLL", LinkType.LINUX_SLL, sll(0, 0x800, udp4), "protocol 17 " + V4),
                Arguments.of(
                        "SLL with VLAN", LinkType.LINUX_SLL, sll(4, 0x8100, tag(7, 0x86dd, udp6)), "protocol 17 " + V6),
                Arguments.of("SLL2", LinkType.LINUX_SLL2, sll2(4, 0x86dd, udp6), "protocol 17 " + V6),
                Arguments.of("raw, 4", LinkType.RAW, udp4, "protocol 17 " + V4),
                Arguments.of("raw, 6", LinkType.RAW, udp6, "protocol 17 " + V6),
                Arguments.of("IPv4", LinkType.IPV4, udp4, "protocol 17 " + V4),
                Arguments.of("IPv6", LinkType.IPV6, udp6, "protocol 17 " + V6),
                Arguments.of("null, little-endian", LinkType.NULL, join(bytes(2, 0, 0, 0), udp4), "protocol 17 " + V4),
                Arguments.of("null, big-endian", LinkType.NULL, join(bytes(0, 0, 0, 30), udp6), "protocol 17 " + V6),
                Arguments.of("loop", LinkType.LOOP, join(bytes(0, 0, 0, 24), udp6), "protocol 17 " + V6),
                Arguments.of("TCP", LinkType.RAW, v4(6, tcp(1000, 2000, ACK, 3)), "protocol 6 " + V4),
                Arguments.of("SCTP", LinkType.RAW, v4(132, udp(1000, 2000, 12)), "protocol 132 " + V4),
                Arguments.of(
                        "IPv4 options",
                        LinkType.RAW,
                        ipv4("192.0.2.1", "198.51.100.2", 17, 0, 0, options, udp(1000, 2000, 0)),
                        "protocol 17 " + V4),
                Arguments.of(
                        "IPv4 AH", LinkType.RAW, v4(51, authentication(17, udp(1000, 2000, 0))), "protocol 17 " + V4),
                Arguments.of(
                        "IPv6 hop-by-hop, routing, destination, AH",
                        LinkType.RAW,
                        v6(
                                0,
                                extension(
                                        43,
                                        0,
                                        extension(60, 2, extension(51, 1, authentication(6, tcp(1000, 2000, 0, 0)))))),
                        "protocol 6 " + V6),
                Arguments.of(
                        "IPv6 atomic fragment",
                        LinkType.RAW,
                        v6(44, fragment6(17, 9, 0, false, udp(1000, 2000, 0))),
                        "protocol 17 " + V6),
                Arguments.of(
                        "IPv6 first fragment",
                        LinkType.RAW,
                        v6(44, fragment6(60, 9, 0, true, extension(17, 0, udp(1000, 2000, 0)))),
                        "protocol 17 " + V6 + " FIRST_FRAGMENT id 9"),
                Arguments.of(
                        "IPv4 first fragment",
                        LinkType.RAW,
                        ipv4("192.0.2.1", "198.51.100.2", 17, 77, 0x2000, new byte[0], udp(1000, 2000, 0)),
                        "protocol 17 " + V4 + " FIRST_FRAGMENT id 77"),
                Arguments.of("ESP", LinkType.RAW, v4(50, new byte[20]), "protocol 50 192.0.2.1:0 > 198.51.100.2:0"),
                Arguments.of(
                        "echo request",
                        LinkType.RAW,
                        v4(1, echo(8, 4242)),
                        "protocol 1 192.0.2.1:4242 > 198.51.100.2:0"),
                Arguments.of(
                        "echo reply", LinkType.RAW, v4(1, echo(0, 4242)), "protocol 1 192.0.2.1:0 > 198.51.100.2:4242"),
                Arguments.of(
                        "ICMPv6 echo request",
                        LinkType.RAW,
                        v6(58, echo(128, 4242)),
                        "protocol 58 2001:db8::1:4242 > 2001:db8::2:0"),
                Arguments.of(
                        "ICMP error",
                        LinkType.RAW,
                        ipv4("203.0.113.9", "192.0.2.1", 1, icmpError(3, v4(17, udp(1000, 2000, 0)))),
                        "protocol 17 " + V4 + " quoted"),
                Arguments.of(
                        "ICMP error of an echo request",
                        LinkType.RAW,
                        ipv4("203.0.113.9", "192.0.2.1", 1, icmpError(11, v4(1, echo(8, 5)))),
                        "protocol 1 192.0.2.1:5 > 198.51.100.2:0 quoted"),
                Arguments.of(
                        "ICMPv6 error with extension headers in the quote",
                        LinkType.RAW,
                        ipv6(
                                "2001:db8::9",
                                "2001:db8::1",
                                58,
                                icmpError(2, v6(0, extension(6, 0, tcp(1000, 2000, 0, 0))))),
                        "protocol 6 " + V6 + " quoted"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void shouldFindEndpointsWhenPacketIsWhole(String name, LinkType linkType, byte[] packet, String expected) {
        assertThat(parse(linkType, packet)).hasToString(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void shouldSayTruncatedOrTheSameWhenPacketIsCutAnywhere(
            String name, LinkType linkType, byte[] packet, String expected) {
        boolean complete = false;
        for (int length = 0; length <= packet.length; length++) {
            PacketEndpoints parsed = parse(linkType, Arrays.copyOf(packet, length));
            if (parsed.cause() == null) {
                complete = true;
                assertThat(parsed).as("cut at %d", length).hasToString(expected);
            } else {
                assertThat(complete)
                        .as("complete before, but not at %d", length)
                        .isFalse();
                assertThat(parsed.cause()).as("cut at %d", length).isEqualTo(UnknownCause.TRUNCATED);
            }
        }
        assertThat(complete).isTrue();
    }

    @Test
    void shouldSayWhyWhenThereIsNoIp() {
        assertThat(cause(LinkType.ETHERNET, ethernet(0x806, new byte[28]))).isEqualTo(UnknownCause.NOT_IP);
        assertThat(cause(LinkType.ETHERNET, ethernet(0x27, new byte[60]))).isEqualTo(UnknownCause.NOT_IP);
        assertThat(cause(LinkType.NULL, join(bytes(0, 0, 0, 7), new byte[30]))).isEqualTo(UnknownCause.NOT_IP);
        byte[] netlink = sll(0, 0x800, v4(17, udp(1, 2, 0)));
        netlink[2] = 824 >>> 8;
        netlink[3] = (byte) 824;
        assertThat(cause(LinkType.LINUX_SLL, netlink)).isEqualTo(UnknownCause.NOT_IP);
        assertThat(cause(new LinkType(105), new byte[60])).isEqualTo(UnknownCause.UNSUPPORTED_LINK_TYPE);
    }

    @Test
    void shouldSayMalformedWhenHeadersContradictThemselves() {
        byte[] shortHeader = v4(17, udp(1, 2, 0));
        shortHeader[0] = 0x44;
        byte[] version = v4(17, udp(1, 2, 0));
        version[0] = 0x55;
        byte[] total = v4(17, udp(1, 2, 0));
        total[3] = 19;
        byte[] portsOutside = join(v4(17, new byte[2]), new byte[20]);
        byte[] versionOf6 = v6(17, udp(1, 2, 0));
        versionOf6[0] = 0x40;
        byte[] extensionOutside = v6(0, extension(17, 9, new byte[0]));
        extensionOutside[5] = 8;
        for (byte[] packet : List.of(shortHeader, total, portsOutside, version, extensionOutside)) {
            assertThat(cause(LinkType.RAW, packet)).isEqualTo(UnknownCause.MALFORMED);
        }
        assertThat(cause(LinkType.IPV6, versionOf6)).isEqualTo(UnknownCause.MALFORMED);
        assertThat(cause(LinkType.IPV4, v6(17, udp(1, 2, 0)))).isEqualTo(UnknownCause.MALFORMED);
    }

    @Test
    void shouldReadPortsWhenTheKernelHasNotCutThePacketIntoSegmentsYet() {
        byte[] tso = v4(6, tcp(1000, 2000, ACK, 10));
        tso[2] = 0;
        tso[3] = 0;
        assertThat(parse(LinkType.RAW, tso)).hasToString("protocol 6 " + V4);
    }

    @Test
    void shouldIgnoreEthernetPadding() {
        byte[] padded = join(ethernet(0x800, v4(17, udp(1000, 2000, 0))), new byte[18]);
        assertThat(parse(LinkType.ETHERNET, padded)).hasToString("protocol 17 " + V4);
    }

    @Test
    void shouldTellWhichWayAndToWhomTheLinkLayerSent() {
        byte[] udp4 = v4(17, udp(1000, 2000, 4));
        assertThat(parse(LinkType.LINUX_SLL, sll(4, 0x800, udp4)).direction()).isEqualTo(Direction.OUTGOING);
        assertThat(parse(LinkType.LINUX_SLL2, sll2(0, 0x800, udp4)).direction()).isEqualTo(Direction.INCOMING);
        assertThat(parse(LinkType.ETHERNET, ethernet(0x800, udp4)).direction()).isEqualTo(Direction.UNKNOWN);
        assertThat(parse(LinkType.LINUX_SLL2, sll2(1, 0x800, udp4)).linkGroup()).isTrue();
        assertThat(parse(LinkType.ETHERNET, broadcastEthernet(0x800, udp4)).linkGroup())
                .isTrue();
        assertThat(parse(LinkType.ETHERNET, ethernet(0x800, udp4)).linkGroup()).isFalse();
    }

    @Test
    void shouldTellThatTcpOpens() {
        assertThat(parse(LinkType.RAW, v4(6, tcp(1, 2, SYN | ACK, 0))).opensTcp())
                .isTrue();
        assertThat(parse(LinkType.RAW, v4(6, tcp(1, 2, ACK, 0))).opensTcp()).isFalse();
    }

    @Test
    void shouldTellWhichEndTheKernelItselfIs() {
        PacketEndpoints request = parse(LinkType.RAW, v4(1, echo(8, 7)));
        assertThat(request.sourceCanOwn()).isTrue();
        assertThat(request.destinationCanOwn()).isFalse();
        PacketEndpoints reply = parse(LinkType.RAW, v6(58, echo(129, 7)));
        assertThat(reply.sourceCanOwn()).isFalse();
        assertThat(reply.destinationCanOwn()).isTrue();
        PacketEndpoints solicitation = parse(LinkType.RAW, v6(58, join(bytes(135, 0, 0, 0), new byte[20])));
        assertThat(solicitation.sourceCanOwn()).isFalse();
        assertThat(solicitation.destinationCanOwn()).isFalse();
    }

    @Test
    void shouldForgetThePacketBeforeWhenFilledAgain() {
        PacketEndpoints endpoints = new PacketEndpoints();
        byte[] error = ipv4("203.0.113.9", "192.0.2.1", 1, icmpError(3, v4(6, tcp(1000, 2000, SYN, 0))));
        PacketEndpointParser.parse(LinkType.RAW, ByteBuffer.wrap(error), 0, error.length, endpoints);
        byte[] plain = v4(50, new byte[8]);
        PacketEndpointParser.parse(LinkType.RAW, ByteBuffer.wrap(plain), 0, plain.length, endpoints);
        assertThat(endpoints).hasToString("protocol 50 192.0.2.1:0 > 198.51.100.2:0");
        assertThat(endpoints.opensTcp()).isFalse();
    }

    @Test
    void shouldNeverThrowWhenBytesAreHostile() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Arguments> models = packets().toList();
        PacketEndpoints endpoints = new PacketEndpoints();
        for (int round = 0; round < 200_000; round++) {
            Object[] model = models.get(random.nextInt(models.size())).get();
            byte[] packet = ((byte[]) model[2]).clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(packet.length + 1);
            // Exactly as large as the packet: reading a byte beyond it would throw.
            ByteBuffer exact = ByteBuffer.wrap(Arrays.copyOf(packet, length)).order(ByteOrder.LITTLE_ENDIAN);
            try {
                PacketEndpointParser.parse((LinkType) model[1], exact, 0, length, endpoints);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " " + Arrays.toString(exact.array()), e);
            }
        }
    }

    @Test
    void shouldReadWhereThePacketLiesInALargerBuffer() {
        byte[] packet = v4(17, udp(1000, 2000, 4));
        ByteBuffer buffer = ByteBuffer.allocateDirect(500).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(123, packet);
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(LinkType.RAW, buffer, 123, packet.length, endpoints);
        assertThat(endpoints).hasToString("protocol 17 " + V4);
        assertThat(endpoints.part()).isEqualTo(Part.WHOLE);
    }

    private static UnknownCause cause(LinkType linkType, byte[] packet) {
        UnknownCause cause = parse(linkType, packet).cause();
        assertThat(cause).isNotNull();
        return java.util.Objects.requireNonNull(cause);
    }

    private static PacketEndpoints parse(LinkType linkType, byte[] packet) {
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(linkType, ByteBuffer.wrap(packet), 0, packet.length, endpoints);
        return endpoints;
    }
}
