package io.pidcap.coordinator.attribution;

import static io.pidcap.coordinator.attribution.History.OTHER;
import static io.pidcap.coordinator.attribution.History.OWN;
import static io.pidcap.coordinator.attribution.History.entry;
import static io.pidcap.coordinator.packet.Packets.ACK;
import static io.pidcap.coordinator.packet.Packets.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.SocketState;
import org.junit.jupiter.api.Test;

class AttributorTest {
    private static final String HERE = "10.0.0.1";
    private static final String TCP_OUT = "tcp 10.0.0.1:4000 > 10.0.0.9:80";
    private static final String TCP_IN = "tcp 10.0.0.9:80 > 10.0.0.1:4000";
    private static final String UDP_OUT = "udp 10.0.0.1:4000 > 10.0.0.9:53";
    private static final String UDP_IN = "udp 10.0.0.9:53 > 10.0.0.1:4000";

    private final History history = new History("p1")
            .local(OWN, HERE)
            .local(OWN, "2001:db8::1")
            .local(OTHER, "172.17.0.2")
            .snapshot(0);

    @Test
    void shouldOwnBothDirectionsOfFiveTupleFromOpenUntilClose() {
        history.connected(10, 1, TCP_OUT, 1);
        assertThat(history.owners(9.9, TCP_OUT)).isEqualTo("- | -");
        assertThat(history.owners(10, TCP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(10, TCP_IN)).isEqualTo("- | p1 socket event");
        assertThat(history.owners(10, "tcp 10.0.0.1:4000 > 10.0.0.9:81")).isEqualTo("- | -");
        assertThat(history.owners(10, "udp 10.0.0.1:4000 > 10.0.0.9:80")).isEqualTo("- | -");
    }

    @Test
    void shouldNotLoseFirstPacketWhenItSeemsToPrecedeItsEvent() {
        history.connected(10, 1, TCP_OUT, 1);
        assertThat(history.owners(9.999, TCP_OUT, SYN)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(9.997, TCP_OUT, SYN)).isEqualTo("- | -");
    }

    @Test
    void shouldOwnBothEndsOverLoopback() {
        history.connected(1, 1, "tcp 127.0.0.1:4000 > 127.0.0.1:80", 1)
                .connected(1, 2, "tcp 127.0.0.1:80 > 127.0.0.1:4000", 2);
        assertThat(history.owners(2, "tcp 127.0.0.1:4000 > 127.0.0.1:80"))
                .isEqualTo("p1 socket event | p2 socket event");
    }

    @Test
    void shouldOwnBothEndsWhenSocketIsConnectedToItself() {
        history.connected(1, 1, "tcp 127.0.0.1:80 > 127.0.0.1:80", 1);
        assertThat(history.owners(2, "tcp 127.0.0.1:80 > 127.0.0.1:80")).isEqualTo("p1 socket event | p1 socket event");
    }

    @Test
    void shouldKeepTailOfClosedTcpFlowUntilTimeWaitIsOver() {
        history.connected(10, 1, TCP_OUT, 1).closed(20, 1, TCP_OUT, 1);
        assertThat(history.owners(19.9, TCP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(20, TCP_OUT)).isEqualTo("p1 tail | -");
        assertThat(history.owners(80.5, TCP_IN)).isEqualTo("- | p1 tail");
        assertThat(history.owners(85, TCP_IN)).isEqualTo("- | -");
    }

    @Test
    void shouldEndTailWhenTupleIsOwnedAnew() {
        history.connected(10, 1, TCP_OUT, 1).closed(20, 1, TCP_OUT, 1).connected(30, 2, TCP_OUT, 2);
        assertThat(history.owners(29, TCP_OUT)).isEqualTo("p1 tail | -");
        assertThat(history.owners(30, TCP_OUT)).isEqualTo("p2 socket event | -");
        history.closed(40, 2, TCP_OUT, 2);
        assertThat(history.owners(50, TCP_OUT)).isEqualTo("p2 tail | -");
    }

    @Test
    void shouldEndEarlierOwnerWhenCloseOfItIsMissing() {
        history.connected(10, 1, TCP_OUT, 1).connected(30, 2, TCP_OUT, 2);
        assertThat(history.owners(29, TCP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(31, TCP_OUT)).isEqualTo("p2 socket event | -");
        history.closed(35, 1, TCP_OUT, 1).closed(40, 2, TCP_OUT, 2);
        assertThat(history.owners(36, TCP_OUT)).isEqualTo("p2 socket event | -");
        assertThat(history.owners(50, TCP_OUT)).isEqualTo("p2 tail | -");
    }

    @Test
    void shouldEndEarlierOwnerWhenCloseOfItComesLate() {
        history.connected(10, 1, TCP_OUT, 1).connected(30, 2, TCP_OUT, 2).closed(20, 1, TCP_OUT, 1);
        assertThat(history.owners(29, TCP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(31, TCP_OUT)).isEqualTo("p2 socket event | -");
    }

    @Test
    void shouldGiveHandshakeToListenerAndTheRestToAcceptingProcess() {
        history.listening(1, 1, "tcp *:80", 1).connected(5, 2, "tcp 10.0.0.1:80 > 10.0.0.9:4000", 2);
        assertThat(history.owners(4.9999, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN))
                .isEqualTo("- | p1 listener");
        assertThat(history.owners(4.9999, "tcp 10.0.0.1:80 > 10.0.0.9:4000", SYN | ACK))
                .isEqualTo("p1 listener | -");
        assertThat(history.owners(5, "tcp 10.0.0.9:4000 > 10.0.0.1:80")).isEqualTo("- | p2 socket event");
    }

    @Test
    void shouldGiveTailToFormerOwnerButNewConnectionToListener() {
        history.listening(1, 1, "tcp *:80", 1)
                .connected(5, 2, "tcp 10.0.0.1:80 > 10.0.0.9:4000", 2)
                .closed(6, 2, "tcp 10.0.0.1:80 > 10.0.0.9:4000", 2);
        assertThat(history.owners(7, "tcp 10.0.0.9:4000 > 10.0.0.1:80")).isEqualTo("- | p2 tail");
        assertThat(history.owners(7, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN)).isEqualTo("- | p1 listener");
    }

    /** Its event comes with a packet and is dated back, here to before the connection of the same ends that is over. */
    @Test
    void shouldGiveTheNextHandshakeOfTheSameEndsToTheOneOfTwoListenersThatGetsIt() {
        String connection = "tcp 10.0.0.1:80 > 10.0.0.9:4000";
        history.listening(1, 1, "tcp *:80", 1)
                .listening(1, 2, "tcp *:80", 2)
                .connected(5, 1, connection, 1)
                .connected(5.001, 3, connection, 1)
                .closed(5.003, 3, connection, 1)
                .connected(4.99, 1, connection, 1)
                .connected(5.006, 4, connection, 1);
        assertThat(history.owners(5.0005, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN))
                .isEqualTo("- | p1 socket event");
        assertThat(history.owners(5.002, "tcp 10.0.0.9:4000 > 10.0.0.1:80")).isEqualTo("- | p1 socket event");
        assertThat(history.owners(5.005, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN))
                .isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldGiveNothingToClosedListener() {
        history.listening(1, 1, "tcp *:80", 1).closed(5, 1, "tcp *:80", 1);
        assertThat(history.owners(4, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN)).isEqualTo("- | p1 listener");
        assertThat(history.owners(5, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN)).isEqualTo("- | -");
    }

    @Test
    void shouldNotGiveLocalServerThePacketsToTheSamePortOfAnotherHost() {
        history.listening(1, 1, "tcp *:80", 1).connected(1, 2, TCP_OUT, 2).bound(1, 3, "udp *:53", 1);
        assertThat(history.owners(2, TCP_OUT)).isEqualTo("p2 socket event | -");
        assertThat(history.owners(2, TCP_IN)).isEqualTo("- | p2 socket event");
        assertThat(history.owners(2, "udp 10.0.0.9:53 > 10.0.0.8:7777")).isEqualTo("- | -");
    }

    @Test
    void shouldPreferBoundAddressToWildcard() {
        history.bound(1, 1, "udp *:53", 1).bound(1, 2, "udp 10.0.0.1:53", 2);
        assertThat(history.owners(2, "udp 10.0.0.9:999 > 10.0.0.1:53")).isEqualTo("- | p2 socket event");
        assertThat(history.owners(2, "udp 127.0.0.1:999 > 127.0.0.5:53")).isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldPreferFiveTupleToBoundPortOfAnotherSocket() {
        history.bound(1, 1, "udp *:4000", 1).connected(1, 2, UDP_OUT, 2);
        assertThat(history.owners(2, UDP_IN)).isEqualTo("- | p2 socket event");
        assertThat(history.owners(2, "udp 10.0.0.8:53 > 10.0.0.1:4000")).isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldOwnBothTuplesWhenBoundSocketConnects() {
        history.bound(1, 1, "udp *:4000", 1).connected(5, 1, UDP_OUT, 1).closed(9, 1, UDP_OUT, 1);
        assertThat(history.owners(4, UDP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(6, UDP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(6, "udp 10.0.0.1:4000 > 10.0.0.8:53")).isEqualTo("p1 socket event | -");
        assertThat(history.owners(20, "udp 10.0.0.1:4000 > 10.0.0.8:53")).isEqualTo("- | -");
    }

    @Test
    void shouldNameAllOwnersWhenPortIsShared() {
        history.bound(1, 1, "udp *:53", 1).bound(1, 2, "udp *:53", 2);
        assertThat(history.owners(2, "udp 10.0.0.9:999 > 10.0.0.1:53")).isEqualTo("- | p1+p2 shared port");
        history.closed(3, 1, "udp *:53", 1);
        assertThat(history.owners(4, "udp 10.0.0.9:999 > 10.0.0.1:53")).isEqualTo("- | p2 socket event");
    }

    @Test
    void shouldFollowOwnersThatJoinAndLeave() {
        history.connected(1, 1, TCP_OUT, 1).joined(5, 1, TCP_OUT, 2).left(8, 1, TCP_OUT, 1);
        assertThat(history.owners(4, TCP_OUT)).isEqualTo("p1 socket event | -");
        assertThat(history.owners(6, TCP_OUT)).isEqualTo("p1+p2 shared port | -");
        assertThat(history.owners(9, TCP_OUT)).isEqualTo("p2 socket event | -");
        history.closed(10, 1, TCP_OUT, 2);
        assertThat(history.owners(11, TCP_OUT)).isEqualTo("p2 tail | -");
    }

    @Test
    void shouldGiveJoinedOwnerAllTuplesOfTheSocket() {
        history.bound(1, 1, "udp *:4000", 1).connected(2, 1, UDP_OUT, 1).joined(5, 1, UDP_OUT, 2);
        assertThat(history.owners(6, "udp 10.0.0.1:4000 > 10.0.0.8:53")).isEqualTo("p1+p2 shared port | -");
        history.connected(7, 1, "udp 10.0.0.1:4000 > 10.0.0.7:53", 2);
        assertThat(history.owners(8, "udp 10.0.0.1:4000 > 10.0.0.7:53")).isEqualTo("p1+p2 shared port | -");
    }

    @Test
    void shouldKeepShortTailOfDatagramSocketButNotOverALivingOwner() {
        history.bound(1, 1, "udp *:4000", 1).connected(1, 1, UDP_OUT, 1).closed(5, 1, UDP_OUT, 1);
        assertThat(history.owners(5.5, UDP_OUT)).isEqualTo("p1 tail | -");
        assertThat(history.owners(6.1, UDP_OUT)).isEqualTo("- | -");
        history.bound(5.2, 2, "udp *:4000", 2);
        assertThat(history.owners(5.1, UDP_OUT)).isEqualTo("p1 tail | -");
        assertThat(history.owners(5.3, UDP_OUT)).isEqualTo("p2 socket event | -");
    }

    @Test
    void shouldGiveMulticastToEverySocketThatGetsACopy() {
        history.bound(1, 1, "udp *:5353", 1)
                .bound(1, 2, "udp 224.0.0.251:5353", 2)
                .bound(1, 3, "udp 10.0.0.1:5353", 3)
                .connected(1, 4, "udp 224.0.0.251:5353 > 10.0.0.9:5353", 4);
        assertThat(history.owners(2, "udp 10.0.0.9:5353 > 224.0.0.251:5353")).isEqualTo("- | p1+p2+p4 shared port");
        assertThat(history.owners(2, "udp 10.0.0.1:5353 > 224.0.0.251:5353"))
                .isEqualTo("p3 socket event | p1+p2 shared port");
        assertThat(history.owners(2, "udp 10.0.0.9:5353 > 224.0.0.252:5353")).isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldGiveBroadcastOfANetworkToWildcardSockets() {
        history.bound(1, 1, "udp *:137", 1).bound(1, 2, "udp 10.0.0.1:137", 2);
        byte[] packet = Packets.ipv4("10.0.0.9", "10.0.0.255", 17, Packets.udp(137, 137, 0));
        assertThat(history.owners(2, LinkType.LINUX_SLL2, Packets.sll2(1, 0x800, packet)))
                .isEqualTo("- | p1 socket event");
        assertThat(history.owners(2, LinkType.LINUX_SLL2, Packets.sll2(0, 0x800, packet)))
                .isEqualTo("- | -");
        assertThat(history.owners(2, "udp 10.0.0.9:137 > 255.255.255.255:137")).isEqualTo("- | p1 socket event");
    }

    @Test
    void shouldGiveUnspecifiedSourceToLocalSocketOnlyWhenPacketGoesOut() {
        history.bound(1, 1, "udp *:68", 1);
        byte[] packet = Packets.ipv4("0.0.0.0", "255.255.255.255", 17, Packets.udp(68, 67, 0));
        assertThat(history.owners(2, LinkType.LINUX_SLL2, Packets.sll2(4, 0x800, packet)))
                .isEqualTo("p1 socket event | -");
        assertThat(history.owners(2, LinkType.LINUX_SLL2, Packets.sll2(1, 0x800, packet)))
                .isEqualTo("- | -");
    }

    @Test
    void shouldMatchIpv4PacketsWithDualStackSocket() {
        history.listening(1, 1, "tcp *:80", 1);
        assertThat(history.owners(2, "tcp 2001:db8::9:4000 > 2001:db8::1:80", SYN))
                .isEqualTo("- | p1 listener");
        assertThat(history.owners(2, "tcp 10.0.0.9:4000 > 10.0.0.1:80", SYN)).isEqualTo("- | p1 listener");
    }

    @Test
    void shouldMatchOtherNamespaceByAddressesOfItsOwn() {
        history.openedElsewhere(1, 1, "tcp 172.17.0.2:80 > 10.0.0.9:4000", SocketState.CONNECTED, 1)
                .openedElsewhere(1, 2, "tcp 127.0.0.1:80 > 127.0.0.1:4000", SocketState.CONNECTED, 1)
                .openedElsewhere(1, 3, "udp *:53", SocketState.BOUND, 1);
        assertThat(history.owners(2, "tcp 172.17.0.2:80 > 10.0.0.9:4000")).isEqualTo("p1 other namespace | -");
        assertThat(history.owners(2, "tcp 127.0.0.1:80 > 127.0.0.1:4000")).isEqualTo("- | -");
        assertThat(history.owners(2, "udp 10.0.0.9:999 > 172.17.0.2:53")).isEqualTo("- | p1 other namespace");
        assertThat(history.owners(2, "udp 10.0.0.9:999 > 10.0.0.1:53")).isEqualTo("- | -");
        assertThat(history.owners(2, "udp 127.0.0.1:999 > 127.0.0.1:53")).isEqualTo("- | -");
    }

    @Test
    void shouldPreferOwnNamespace() {
        history.openedElsewhere(1, 1, TCP_OUT, SocketState.CONNECTED, 1).connected(2, 2, TCP_OUT, 2);
        assertThat(history.owners(1.5, TCP_OUT)).isEqualTo("p1 other namespace | -");
        assertThat(history.owners(3, TCP_OUT)).isEqualTo("p2 socket event | -");
    }

    @Test
    void shouldGiveIcmpErrorToOwnerOfQuotedPacket() {
        history.connected(1, 1, UDP_OUT, 1);
        byte[] error = Packets.ipv4("10.0.0.5", HERE, 1, Packets.icmpError(3, History.packet(UDP_OUT, 0)));
        Attribution result = history.attribute(2, LinkType.RAW, error);
        assertThat(result.selected()).isTrue();
        assertThat(result.reason()).isEqualTo(AttributionReason.QUOTED);
    }

    @Test
    void shouldGiveEchoToPingSocketOfItsIdentifierAndElseToRawSocket() {
        history.bound(1, 1, "icmp *:77", 1).bound(1, 2, "icmp *:0", 2);
        assertThat(history.owners(2, "icmp 10.0.0.1:77 > 10.0.0.9:0")).isEqualTo("p1 socket event | -");
        assertThat(history.owners(2, "icmp 10.0.0.9:0 > 10.0.0.1:77")).isEqualTo("- | p1 socket event");
        assertThat(history.owners(2, "icmp 10.0.0.1:78 > 10.0.0.9:0")).isEqualTo("p2 socket event | -");
        // Asked from outside: the kernel answers.
        assertThat(history.owners(2, "icmp 10.0.0.9:78 > 10.0.0.1:0")).isEqualTo("- | -");
    }

    @Test
    void shouldGivePacketsWithoutPortsToRawSocketOfTheirProtocol() {
        history.bound(1, 1, "89 *:0", 1).bound(1, 2, "tcp *:0", 2);
        assertThat(history.owners(2, "89 10.0.0.1:0 > 10.0.0.9:0")).isEqualTo("p1 socket event | -");
        assertThat(history.owners(2, "50 10.0.0.1:0 > 10.0.0.9:0")).isEqualTo("- | -");
        // A raw TCP socket gets copies of all, which says nothing.
        assertThat(history.owners(2, TCP_IN)).isEqualTo("- | -");
        assertThat(history.owners(2, "tcp 10.0.0.9:80 > 10.0.0.1:0")).isEqualTo("- | -");
    }

    @Test
    void shouldGiveFragmentToOwnerOfItsFirst() {
        history.bound(1, 1, "udp *:53", 1);
        history.owners(
                2, LinkType.RAW, Packets.ipv4("10.0.0.9", HERE, 17, 5, 0x2000, new byte[0], Packets.udp(9, 53, 8)));
        Attribution result =
                history.attribute(2, LinkType.RAW, Packets.ipv4("10.0.0.9", HERE, 17, 5, 2, new byte[0], new byte[8]));
        assertThat(result.selected()).isTrue();
        assertThat(result.reason()).isEqualTo(AttributionReason.FRAGMENT);
    }

    @Test
    void shouldSayWhyThereIsNoOwner() {
        assertThat(history.attribute(1, LinkType.RAW, History.packet(TCP_OUT, ACK))
                        .cause())
                .isEqualTo(UnknownCause.NO_OWNER);
        Attribution arp = history.attribute(1, LinkType.ETHERNET, Packets.ethernet(0x806, new byte[28]));
        assertThat(arp.cause()).isEqualTo(UnknownCause.NOT_IP);
        assertThat(arp.reason()).isNull();
    }

    @Test
    void shouldUseSnapshotForWhatWasOpenBefore() {
        history.snapshot(1, entry(1, OWN, TCP_OUT, SocketState.CONNECTED, 1));
        assertThat(history.owners(5, TCP_OUT)).isEqualTo("p1 snapshot | -");
    }
}
