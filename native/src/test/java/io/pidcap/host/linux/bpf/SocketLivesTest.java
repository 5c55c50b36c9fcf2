package io.pidcap.host.linux.bpf;

import static io.pidcap.host.linux.bpf.Watched.end;
import static io.pidcap.host.linux.bpf.Watched.is;
import static io.pidcap.host.linux.bpf.Watched.opened;
import static io.pidcap.host.linux.bpf.Watched.tcp;
import static io.pidcap.host.linux.bpf.Watched.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every kind of a socket's life, in another process. */
class SocketLivesTest {
    private PythonActor actor;
    private Watched watched;

    @BeforeEach
    void start() {
        SocketActor.require();
        Ebpf.require();
        actor = PythonActor.start();
        watched = Watched.begin();
    }

    @AfterEach
    void stop() {
        if (watched != null) {
            watched.close();
        }
        if (actor != null) {
            actor.close();
        }
    }

    private int listen(String family, String address) {
        actor.run("l = tcp(" + family + ")", "l.bind(('" + address + "', 0))", "l.listen()");
        return actor.number("l.getsockname()[1]");
    }

    private int connect(String name, String family, String address, int port) {
        actor.run(name + " = tcp(" + family + ")", name + ".connect(('" + address + "', " + port + "))");
        return actor.number(name + ".getsockname()[1]");
    }

    @Test
    void shouldTellListenerConnectorAndAcceptedSocket() {
        int server = listen("AF_INET", "127.0.0.1");
        int client = connect("c", "AF_INET", "127.0.0.1", server);
        actor.run("a = l.accept()[0]");

        FlowEvent listening = watched.await(opened(tcp(end("127.0.0.1", server), Endpoint.NONE))
                .and(event -> event.state() == SocketState.LISTENING));
        FlowEvent connected = watched.awaitOpened(tcp(end("127.0.0.1", client), end("127.0.0.1", server)));
        FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(connected.state()).isEqualTo(SocketState.CONNECTED);
        assertThat(accepted.socketId()).isNotEqualTo(listening.socketId());
        assertThat(accepted.owner().pid()).isEqualTo(actor.pid());
        assertThat(connected.netnsId()).isEqualTo(watched.collector.snapshot.ownNetnsId());
        assertThat(accepted.netnsId()).isEqualTo(watched.collector.snapshot.ownNetnsId());

        actor.run("c.close()", "a.close()", "l.close()");
        watched.await(is(Kind.CLOSED, connected.socketId(), actor.pid()));
        watched.await(is(Kind.CLOSED, accepted.socketId(), actor.pid()));
        watched.await(is(Kind.CLOSED, listening.socketId(), actor.pid()));
    }

    @Test
    void shouldTakeIpv4OverADualStackListenerAsIpv4() {
        actor.run("l = tcp(AF_INET6)", "l.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0)", "l.bind(('::', 0))", "l.listen()");
        int server = actor.number("l.getsockname()[1]");
        int client4 = connect("c4", "AF_INET", "127.0.0.1", server);
        int client6 = connect("c6", "AF_INET6", "::1", server);
        actor.run("c46 = tcp(AF_INET6)", "c46.connect(('::ffff:127.0.0.1', " + server + "))");
        int client46 = actor.number("c46.getsockname()[1]");

        watched.awaitOpened(tcp(new Endpoint(IpAddress.ANY, server), Endpoint.NONE));
        watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client4)));
        watched.awaitOpened(tcp(end("::1", server), end("::1", client6)));
        watched.awaitOpened(tcp(end("::1", client6), end("::1", server)));
        watched.awaitOpened(tcp(end("127.0.0.1", client46), end("127.0.0.1", server)));
        watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client46)));
    }

    @Test
    void shouldTellTheConnectionBeforeItsFirstSegment() {
        actor.run("c = tcp()", "before = time.monotonic_ns()");
        int port = freePort();
        actor.run("code = c.connect_ex(('127.0.0.1', " + port + "))", "after = time.monotonic_ns()");
        FlowEvent refused = watched.await(event -> event.tuple().remote().equals(end("127.0.0.1", port)));
        assertThat(refused.kind()).isEqualTo(Kind.OPENED);
        assertThat(refused.observed().monotonicNanos())
                .isBetween(Long.parseLong(actor.run("before")), Long.parseLong(actor.run("after")));
        assertThat(refused.tuple().local().port()).isNotZero();
    }

    private int freePort() {
        actor.run("f = tcp()", "f.bind(('127.0.0.1', 0))");
        int port = actor.number("f.getsockname()[1]");
        actor.run("f.close()");
        return port;
    }

    @Test
    void shouldEndAConnectionThatNobodyAccepted() {
        int server = listen("AF_INET", "127.0.0.1");
        int client = connect("c", "AF_INET", "127.0.0.1", server);
        FlowEvent waiting = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(waiting.owner().pid()).isEqualTo(actor.pid());
        actor.run("l.close()");
        watched.await(is(Kind.CLOSED, waiting.socketId(), actor.pid()));
    }

    @Test
    void shouldTellAReceiverThatNeverSends() {
        actor.run("u = udp()", "u.bind(('127.0.0.1', 0))", "s = udp()");
        int port = actor.number("u.getsockname()[1]");
        FlowEvent bound = watched.awaitOpened(udp(end("127.0.0.1", port), Endpoint.NONE));
        assertThat(bound.state()).isEqualTo(SocketState.BOUND);
        actor.run("s.sendto(b'x', u.getsockname())", "u.recv(9)");
        int sender = actor.number("s.getsockname()[1]");
        // The sender was bound to no address; the one that it sends from is told.
        FlowEvent sending = watched.awaitOpened(udp(end("127.0.0.1", sender), Endpoint.NONE));
        actor.run("s.close()");
        watched.await(is(Kind.CLOSED, sending.socketId(), actor.pid()));
    }

    @Test
    void shouldTellTheExactTupleOfAConnectedUdpSocket() {
        actor.run("u = udp(AF_INET6)", "u.bind(('::1', 0))", "c = udp(AF_INET6)", "c.connect(u.getsockname()[:2])");
        actor.run("c.send(b'x')");
        int port = actor.number("u.getsockname()[1]");
        int client = actor.number("c.getsockname()[1]");
        FlowEvent connected = watched.awaitOpened(udp(end("::1", client), end("::1", port)));
        assertThat(connected.state()).isEqualTo(SocketState.CONNECTED);
    }

    @Test
    void shouldTellAConnectedUdpSocketThatOnlyReceives() {
        actor.run("s = udp()", "s.bind(('127.0.0.1', 0))", "r = udp()", "r.connect(s.getsockname())");
        actor.run("s.sendto(b'x', r.getsockname())", "r.recv(9)");
        int sender = actor.number("s.getsockname()[1]");
        int receiver = actor.number("r.getsockname()[1]");
        watched.awaitOpened(udp(end("127.0.0.1", receiver), end("127.0.0.1", sender)));
    }

    @Test
    void shouldTellEachTupleWhereTwoProcessesShareAPort() {
        try (PythonActor other = PythonActor.start()) {
            String share = "u.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)";
            actor.run("u = udp()", share, "u.bind(('127.0.0.1', 0))", "u.setblocking(False)");
            int port = actor.number("u.getsockname()[1]");
            other.run("u = udp()", share, "u.bind(('127.0.0.1', " + port + "))", "u.setblocking(False)");
            other.run("senders = [udp() for i in range(20)]");
            other.run("for s in senders: s.sendto(b'x', ('127.0.0.1', " + port + "))");
            String receive = String.join(
                    "\0",
                    "got = []",
                    "try:",
                    "    while True: got.append(u.recvfrom(9)[1][1])",
                    "except BlockingIOError: pass");
            actor.run(receive);
            other.run(receive);
            String mine = actor.run("' '.join(map(str, got))");
            String others = other.run("' '.join(map(str, got))");
            for (String sender : mine.split(" ")) {
                assertThat(ownerOf(port, Integer.parseInt(sender))).isEqualTo(actor.pid());
            }
            for (String sender : others.split(" ")) {
                assertThat(ownerOf(port, Integer.parseInt(sender))).isEqualTo(other.pid());
            }
            assertThat(mine.split(" ").length + others.split(" ").length).isEqualTo(20);
        }
    }

    private int ownerOf(int port, int sender) {
        FiveTuple tuple = udp(end("127.0.0.1", port), end("127.0.0.1", sender));
        FlowEvent first = watched.awaitOpened(tuple);
        assertThat(watched.of(opened(tuple))).hasSize(1);
        return first.owner().pid();
    }

    @Test
    void shouldTellWhichListenerASynCameToWhereTwoShareAPort() {
        try (PythonActor other = PythonActor.start()) {
            String share = "l.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)";
            actor.run("l = tcp()", share, "l.bind(('127.0.0.1', 0))", "l.listen()", "l.setblocking(False)");
            int port = actor.number("l.getsockname()[1]");
            other.run("l = tcp()", share, "l.bind(('127.0.0.1', " + port + "))", "l.listen()", "l.setblocking(False)");
            other.run("clients = [create_connection(('127.0.0.1', " + port + ")) for i in range(20)]");
            String accept = String.join(
                    "\0",
                    "got = []; kept = []",
                    "try:",
                    "    while True:",
                    "        a, peer = l.accept(); kept.append(a); got.append(peer[1])",
                    "except BlockingIOError: pass");
            actor.run(accept);
            other.run(accept);
            watched.catchUp();
            for (PythonActor each : new PythonActor[] {actor, other}) {
                for (String client : each.run("' '.join(map(str, got))").split(" ")) {
                    FiveTuple tuple = tcp(end("127.0.0.1", port), end("127.0.0.1", Integer.parseInt(client)));
                    assertThat(watched.of(opened(tuple)))
                            .as("the SYN at the listener, and the connection")
                            .hasSize(2)
                            .allMatch(event -> event.owner().pid() == each.pid());
                }
            }
        }
    }

    @Test
    void shouldTellOfEachSynWhereAPortIsUsedAgainForASharedListener() {
        int connections = 3;
        try (PythonActor other = PythonActor.start()) {
            String share = "l.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)";
            actor.run("l = tcp()", share, "l.bind(('127.0.0.1', 0))", "l.listen()");
            int port = actor.number("l.getsockname()[1]");
            other.run("l = tcp()", share, "l.bind(('127.0.0.1', " + port + "))", "l.listen()");
            other.run("p = tcp()", "p.bind(('127.0.0.1', 0))");
            int client = other.number("p.getsockname()[1]");
            other.run(
                    "p.close()",
                    "for i in range(" + connections + "):",
                    "    c = tcp()",
                    "    c.bind(('127.0.0.1', " + client + "))",
                    "    c.connect(('127.0.0.1', " + port + "))",
                    // Reset, so that nothing stands in the way of the next.
                    "    c.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0))",
                    "    c.close()");
            watched.catchUp();
            FiveTuple tuple = tcp(end("127.0.0.1", port), end("127.0.0.1", client));
            assertThat(watched.of(opened(tuple)))
                    .as("each SYN at the listener, and each connection")
                    .hasSize(2 * connections);
        }
    }

    @Test
    void shouldTellWhoPingsOverAPingSocketAndOverARawOne() {
        // Who may have ping sockets is said in each network namespace; that of the host stays as it is.
        actor.run(
                "import ctypes",
                "assert ctypes.CDLL(None).unshare(0x40000000) == 0",
                "os.system('ip link set lo up')",
                "open('/proc/sys/net/ipv4/ping_group_range', 'w').write('0 0')");
        actor.run(
                "p = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)",
                "p.bind(('127.0.0.1', 0))",
                "p.sendto(struct.pack('!BBHHH', 8, 0, 0, 0, 1), ('127.0.0.1', 0))");
        int identifier = actor.number("p.getsockname()[1]");
        watched.awaitOpened(new FiveTuple(TransportProtocol.ICMP, end("127.0.0.1", identifier), Endpoint.NONE));

        // The checksum that goes with it.
        actor.run(
                "r = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)",
                "r.sendto(struct.pack('!BBHHH', 8, 0, 0xffff - 0x800 - 0x4711 - 1, 0x4711, 1), ('127.0.0.1', 0))");
        FlowEvent raw = watched.awaitOpened(
                new FiveTuple(TransportProtocol.ICMP, end("127.0.0.1", 0x4711), end("127.0.0.1", 0)));
        assertThat(raw.owner().pid()).isEqualTo(actor.pid());
    }

    @Test
    void shouldTellWhatARawSocketMakesUp() {
        actor.run(
                "r = socket(AF_INET, SOCK_RAW, IPPROTO_TCP)",
                "r.sendto(struct.pack('!HHIIBBHHH', 4711, 4712, 1, 1, 0x50, 0x10, 1, 0, 0), ('127.0.0.1', 0))");
        watched.awaitOpened(tcp(end("127.0.0.1", 4711), end("127.0.0.1", 4712)));
        actor.run("r.close()");
    }

    @Test
    void shouldTellSocketsOfOtherNetworkNamespacesApart() {
        actor.run("import ctypes", "u = udp()", "u.bind(('127.0.0.1', 0))");
        int outside = actor.number("u.getsockname()[1]");
        actor.run("assert ctypes.CDLL(None).unshare(0x40000000) == 0", "os.system('ip link set lo up')");
        actor.run("v = udp()", "v.bind(('127.0.0.1', " + outside + "))");
        FlowEvent first = watched.awaitOpened(udp(end("127.0.0.1", outside), Endpoint.NONE));
        FlowEvent second = watched.await(opened(first.tuple()).and(event -> event.socketId() != first.socketId()));
        assertThat(first.netnsId()).isEqualTo(watched.collector.snapshot.ownNetnsId());
        assertThat(second.netnsId()).isNotEqualTo(first.netnsId()).isNotZero();
    }

    @Test
    void shouldTellReceiversOfAMulticastEach() {
        try (PythonActor other = PythonActor.start()) {
            String join = String.join(
                    "\0",
                    "u = udp()",
                    "u.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)",
                    "u.bind(('', 15353))",
                    "u.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, inet_aton('239.1.2.3') + inet_aton('127.0.0.1'))");
            actor.run(join);
            other.run(join);
            other.run(
                    "s = udp()",
                    "s.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inet_aton('127.0.0.1'))",
                    "s.sendto(b'x', ('239.1.2.3', 15353))");
            int sender = other.number("s.getsockname()[1]");
            FiveTuple tuple = udp(end("239.1.2.3", 15353), end("127.0.0.1", sender));
            watched.await(opened(tuple).and(event -> event.owner().pid() == actor.pid()));
            watched.await(opened(tuple).and(event -> event.owner().pid() == other.pid()));
        }
    }
}
