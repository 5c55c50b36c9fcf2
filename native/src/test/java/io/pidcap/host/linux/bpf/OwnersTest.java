package io.pidcap.host.linux.bpf;

import static io.pidcap.host.linux.bpf.Watched.end;
import static io.pidcap.host.linux.bpf.Watched.is;
import static io.pidcap.host.linux.bpf.Watched.tcp;
import static io.pidcap.host.linux.bpf.Watched.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who owns a socket that went from one process to another, and what was there before the programs. */
class OwnersTest {
    /** Starts a child by fork alone that carries out statements from a pipe; its pid is the value of {@code child}. */
    private static final String FORK = """
            r, w = os.pipe(); back, answer = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(w); os.close(back)
                for line in os.fdopen(r):
                    exec(line.rstrip('\\n').replace('\\x01', '\\n'), names)
                    os.write(answer, b'x')
                os._exit(0)
            os.close(r); os.close(answer)
            """.replace('\n', '\0');

    @TempDir
    Path directory;

    private PythonActor actor;

    @SuppressWarnings("NullAway.Init") // each test begins it when it has prepared what is older
    private Watched watched;

    @BeforeEach
    void start() {
        SocketActor.require();
        Ebpf.require();
        actor = PythonActor.start();
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

    private void inChild(String... lines) {
        actor.run("_ = os.write(w, " + quoted(String.join("\1", lines) + "\n") + ".encode())");
        actor.run("_ = os.read(back, 1)");
    }

    private static String quoted(String text) {
        return "'"
                + text.replace("\\", "\\\\")
                        .replace("'", "\\'")
                        .replace("\n", "\\n")
                        .replace("\1", "\\x01") + "'";
    }

    private Set<Integer> ownersOf(long socketId) {
        watched.catchUp();
        return watched.owners().getOrDefault(socketId, Set.of());
    }

    private void awaitProgram(int pid, String name) {
        watched.collector.awaitThat(() -> watched.collector.processes.values().stream()
                .anyMatch(info -> info.identity().pid() == pid && info.name().equals(name)));
    }

    private int listen() {
        actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen()");
        return actor.number("l.getsockname()[1]");
    }

    private int connect(int server) {
        actor.run("c = tcp()", "c.connect(('127.0.0.1', " + server + "))");
        return actor.number("c.getsockname()[1]");
    }

    @Test
    void shouldGiveAConnectionToTheChildThatAcceptsIt() {
        Ebpf.requireFeature("events-users");
        watched = Watched.begin();
        int server = listen();
        actor.run(FORK);
        int child = actor.number("child");
        FlowEvent listening = watched.awaitOpened(tcp(end("127.0.0.1", server), Endpoint.NONE));
        watched.await(is(Kind.OWNER_JOINED, listening.socketId(), child));

        int client = connect(server);
        FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(ownersOf(accepted.socketId())).containsExactlyInAnyOrder(actor.pid(), child);
        inChild("a = l.accept()[0]");
        assertThat(ownersOf(accepted.socketId())).containsExactly(child);
        assertThat(ownersOf(listening.socketId())).containsExactlyInAnyOrder(actor.pid(), child);
        inChild("a.close()");
        watched.await(is(Kind.CLOSED, accepted.socketId(), child));
    }

    @Test
    void shouldGiveAConnectionToTheChildThatServesIt() {
        Ebpf.requireFeature("events-users");
        watched = Watched.begin();
        int server = listen();
        int client = connect(server);
        actor.run("a = l.accept()[0]");
        FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(ownersOf(accepted.socketId())).containsExactly(actor.pid());
        actor.run(FORK);
        int child = actor.number("child");
        assertThat(ownersOf(accepted.socketId())).containsExactlyInAnyOrder(actor.pid(), child);
        actor.run("a.close()", "c.send(b'x')");
        inChild("a.recv(9)");
        assertThat(ownersOf(accepted.socketId())).containsExactly(child);
        actor.run("os.kill(child, 9)", "_ = os.waitpid(child, 0)");
        watched.await(is(Kind.CLOSED, accepted.socketId(), child));
    }

    @Test
    void shouldKnowAReceiverOfAPassedConnection() {
        Ebpf.requireFeature("events-users");
        watched = Watched.begin();
        try (PythonActor receiver = PythonActor.start()) {
            String channel = directory.resolve("channel").toString();
            receiver.run("u = socket(AF_UNIX)", "u.bind('" + channel + "')", "u.listen()");
            int server = listen();
            int client = connect(server);
            actor.run("a = l.accept()[0]", "u = socket(AF_UNIX)", "u.connect('" + channel + "')");
            FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
            actor.run("_ = u.sendmsg([b'x'], [(SOL_SOCKET, SCM_RIGHTS, array.array('i', [a.fileno()]))])", "a.close()");
            // Nothing but recv is called on it: no name is asked for.
            receiver.run(
                    "p = u.accept()[0]",
                    "fd = array.array('i', p.recvmsg(1, CMSG_SPACE(4))[1][0][2])[0]",
                    "assert fd > 2");
            actor.run("c.send(b'x')");
            receiver.run("_ = os.read(fd, 9)");
            assertThat(ownersOf(accepted.socketId())).containsExactly(receiver.pid());
        }
    }

    @Test
    void shouldKnowASenderOfAPassedConnectionBeforeItReceives() {
        Ebpf.requireFeature("events-senders");
        watched = Watched.begin();
        try (PythonActor sender = PythonActor.start()) {
            String channel = directory.resolve("channel").toString();
            sender.run("u = socket(AF_UNIX)", "u.bind('" + channel + "')", "u.listen()");
            int server = listen();
            int client = connect(server);
            actor.run("a = l.accept()[0]", "u = socket(AF_UNIX)", "u.connect('" + channel + "')");
            FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
            actor.run("_ = u.sendmsg([b'x'], [(SOL_SOCKET, SCM_RIGHTS, array.array('i', [a.fileno()]))])", "a.close()");
            sender.run(
                    "p = u.accept()[0]",
                    "fd = array.array('i', p.recvmsg(1, CMSG_SPACE(4))[1][0][2])[0]",
                    "_ = os.write(fd, b'x')");
            assertThat(ownersOf(accepted.socketId())).containsExactly(sender.pid());
        }
    }

    /** Has the actor pass {@code descriptor} to another process, which takes it as {@code fd} and does nothing with it. */
    private void pass(String descriptor, PythonActor taker) {
        String channel = directory.resolve("to-" + taker.pid()).toString();
        taker.run("u = socket(AF_UNIX)", "u.bind('" + channel + "')", "u.listen()");
        actor.run(
                "to = socket(AF_UNIX)",
                "to.connect('" + channel + "')",
                "_ = send_fds(to, [b'x'], [" + descriptor + "])");
        taker.run("fd = recv_fds(u.accept()[0], 1, 1)[1][0]");
    }

    @Test
    void shouldKnowTheTakerOfAConnectionBeforeItUsesIt() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor taker = PythonActor.start()) {
            int server = listen();
            int client = connect(server);
            actor.run("a = l.accept()[0]");
            FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
            long beforeNanos = System.nanoTime();
            pass("a.fileno()", taker);
            FlowEvent joined = watched.await(is(Kind.OWNER_JOINED, accepted.socketId(), taker.pid()));
            assertThat(joined.observed().monotonicNanos()).isBetween(beforeNanos, System.nanoTime());
            assertThat(ownersOf(accepted.socketId())).containsExactlyInAnyOrder(actor.pid(), taker.pid());

            // Who has given it may use it once more; the taker still waits.
            actor.run("_ = a.send(b'x')", "a.close()");
            assertThat(ownersOf(accepted.socketId())).contains(taker.pid());
            actor.run("_ = c.send(b'x')");
            taker.run("_ = os.read(fd, 9)");
            assertThat(ownersOf(accepted.socketId())).contains(taker.pid());
            taker.run("os.close(fd)");
            watched.await(is(Kind.CLOSED, accepted.socketId(), taker.pid()));
        }
    }

    @Test
    void shouldNotKeepWhoOnlyPassesAConnectionOn() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor server = PythonActor.start();
                PythonActor dispatcher = actor) {
            server.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen()");
            int port = server.number("l.getsockname()[1]");
            int client = connect(port);
            server.run("a = l.accept()[0]");
            FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", port), end("127.0.0.1", client)));
            actor = server;
            pass("a.fileno()", dispatcher);
            actor = dispatcher;
            try (PythonActor worker = PythonActor.start()) {
                pass("fd", worker);
                assertThat(ownersOf(accepted.socketId()))
                        .containsExactlyInAnyOrder(server.pid(), dispatcher.pid(), worker.pid());
                worker.run("_ = os.write(fd, b'x')");
                assertThat(ownersOf(accepted.socketId())).containsExactly(worker.pid());
            }
        }
    }

    @Test
    void shouldKnowTheTakerOfASocketThatHasDoneNothingYet() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor taker = PythonActor.start()) {
            actor.run("s = udp()");
            pass("s.fileno()", taker);
            // A socket object of Python's would ask for a name.
            taker.run(
                    "import ctypes",
                    "nowhere = struct.pack('=HH4s8x', AF_INET, htons(9), inet_aton('127.0.0.1'))",
                    "assert ctypes.CDLL(None).sendto(fd, b'x', 1, 0, nowhere, len(nowhere)) == 1");
            int port = actor.number("s.getsockname()[1]");
            FlowEvent opened = watched.awaitOpened(udp(end("127.0.0.1", port), Endpoint.NONE));
            assertThat(ownersOf(opened.socketId())).contains(taker.pid());
            actor.run("s.close()");
            taker.run("os.close(fd)");
            watched.await(is(Kind.CLOSED, opened.socketId(), taker.pid()));
        }
    }

    @Test
    void shouldKnowAllSocketsThatComeWithOneMessage() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor taker = PythonActor.start()) {
            String channel = directory.resolve("channel").toString();
            taker.run("t = socket(AF_UNIX)", "t.bind('" + channel + "')", "t.listen()");
            // As many as there can be, one of them no socket of the internet, and credentials in front.
            actor.run(
                    "many = [udp() for i in range(252)]",
                    "for s in many: s.bind(('127.0.0.1', 0))",
                    "to = socket(AF_UNIX)",
                    "to.connect('" + channel + "')");
            taker.run("p = t.accept()[0]", "p.setsockopt(SOL_SOCKET, SO_PASSCRED, 1)");
            actor.run("_ = send_fds(to, [b'x'], [0] + [s.fileno() for s in many])");
            taker.run("got = p.recvmsg(1, 2000)[1]", "assert len(got) == 2 and len(got[1][2]) == 4 * 253");
            for (String port :
                    actor.run("' '.join(str(s.getsockname()[1]) for s in many)").split(" ")) {
                FlowEvent bound = watched.awaitOpened(udp(end("127.0.0.1", Integer.parseInt(port)), Endpoint.NONE));
                watched.await(is(Kind.OWNER_JOINED, bound.socketId(), taker.pid()));
            }
        }
    }

    /** Has the actor send descriptor {@code s} to {@code p} of the taker, which has not received it yet. */
    private void sendTo(PythonActor taker) {
        String channel = directory.resolve("channel").toString();
        taker.run("t = socket(AF_UNIX)", "t.bind('" + channel + "')", "t.listen()");
        actor.run(
                "to = socket(AF_UNIX)",
                "to.connect('" + channel + "')",
                "_ = to.send(b'first')",
                "_ = send_fds(to, [b'x'], [s.fileno()])");
        taker.run("p = t.accept()[0]", "assert p.recv(5) == b'first'");
    }

    @Test
    void shouldKnowTheTakerByEachCallThatCanTake() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor taker = PythonActor.start()) {
            actor.run("s = udp()", "s.bind(('127.0.0.1', 0))");
            FlowEvent bound =
                    watched.awaitOpened(udp(end("127.0.0.1", actor.number("s.getsockname()[1]")), Endpoint.NONE));
            sendTo(taker);
            taker.run(
                    "import ctypes",
                    "data, control = ctypes.create_string_buffer(9), ctypes.create_string_buffer(64)",
                    "part = ctypes.create_string_buffer(struct.pack('QQ', ctypes.addressof(data), 9), 16)",
                    "head = ctypes.create_string_buffer(struct.pack('QIxxxxQQQQQQ', 0, 0, ctypes.addressof(part), 1,"
                            + " ctypes.addressof(control), 64, 0, 0), 64)",
                    "assert ctypes.CDLL(None).recvmmsg(p.fileno(), head, 1, 0, None) == 1");
            watched.await(is(Kind.OWNER_JOINED, bound.socketId(), taker.pid()));
        }
    }

    @Test
    void shouldNotTakeWhoeverHasNoRoomForDescriptorsForATaker() {
        Ebpf.requireFeature("events-takers");
        watched = Watched.begin();
        try (PythonActor taker = PythonActor.start()) {
            actor.run("s = udp()", "s.bind(('127.0.0.1', 0))");
            FlowEvent bound =
                    watched.awaitOpened(udp(end("127.0.0.1", actor.number("s.getsockname()[1]")), Endpoint.NONE));
            sendTo(taker);
            taker.run("assert p.recvmsg(1)[2] & MSG_CTRUNC");
            assertThat(ownersOf(bound.socketId())).containsExactly(actor.pid());
        }
    }

    @Test
    void shouldKnowWhoSendsDatagramsByASharedSocket() {
        Ebpf.requireFeature("events-users");
        watched = Watched.begin();
        actor.run("u = udp()", "u.bind(('127.0.0.1', 0))");
        int port = actor.number("u.getsockname()[1]");
        FlowEvent bound = watched.awaitOpened(udp(end("127.0.0.1", port), Endpoint.NONE));
        actor.run(FORK);
        int child = actor.number("child");
        watched.await(is(Kind.OWNER_JOINED, bound.socketId(), child));
        actor.run("u.close()");
        inChild("_ = u.sendto(b'x', u.getsockname())");
        assertThat(ownersOf(bound.socketId())).contains(child);
        inChild("u.close()");
        watched.await(is(Kind.CLOSED, bound.socketId(), child));
    }

    @Test
    void shouldNotGiveSocketsToAProgramThatDoesNotKeepThem() {
        watched = Watched.begin();
        int server = listen();
        actor.run("s = subprocess.Popen(['/bin/sleep', '600'], close_fds=False)");
        int child = actor.number("s.pid");
        FlowEvent listening = watched.awaitOpened(tcp(end("127.0.0.1", server), Endpoint.NONE));
        awaitProgram(child, "sleep");
        assertThat(ownersOf(listening.socketId())).containsExactly(actor.pid());
    }

    @Test
    void shouldGiveSocketsToAProgramThatKeepsThem() {
        Ebpf.requireFeature("events-snapshot");
        watched = Watched.begin();
        int server = listen();
        actor.run("l.set_inheritable(True)", "s = subprocess.Popen(['/bin/sleep', '600'], close_fds=False)");
        int child = actor.number("s.pid");
        FlowEvent listening = watched.awaitOpened(tcp(end("127.0.0.1", server), Endpoint.NONE));
        awaitProgram(child, "sleep");
        assertThat(ownersOf(listening.socketId())).containsExactlyInAnyOrder(actor.pid(), child);
        actor.run("l.close()", "s.kill()", "_ = s.wait()");
        watched.await(event -> event.kind() == Kind.CLOSED && event.socketId() == listening.socketId());
    }

    @Test
    void shouldShowInTheSnapshotWhatIsOlder() {
        int server = listen();
        int client = connect(server);
        actor.run("a = l.accept()[0]", "u = udp()", "u.bind(('127.0.0.1', 0))", "u.connect(u.getsockname())");
        int port = actor.number("u.getsockname()[1]");
        actor.run(FORK);
        int child = actor.number("child");
        watched = Watched.begin();

        SocketEntry listening = inSnapshot(server, 0);
        assertThat(listening.state()).isEqualTo(SocketState.LISTENING);
        assertThat(listening.owners()).extracting(owner -> owner.pid()).containsExactlyInAnyOrder(actor.pid(), child);
        assertThat(inSnapshot(server, client).state()).isEqualTo(SocketState.CONNECTED);
        assertThat(inSnapshot(client, server).tuple())
                .isEqualTo(tcp(end("127.0.0.1", client), end("127.0.0.1", server)));
        SocketEntry datagrams = inSnapshot(port, port);
        assertThat(datagrams.netnsId()).isEqualTo(watched.collector.snapshot.ownNetnsId());
        inChild("u.close()");
        actor.run("u.close()");
        watched.await(is(Kind.CLOSED, datagrams.socketId(), actor.pid()));
    }

    private SocketEntry inSnapshot(int local, int remote) {
        return watched.collector.snapshot.sockets().stream()
                .filter(socket -> socket.tuple().local().port() == local
                        && socket.tuple().remote().port() == remote)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldKnowOlderSocketsThatHadNoPortYet() {
        Ebpf.requireFeature("events-snapshot");
        actor.run("c = tcp()", "u = udp()", "l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen()");
        int server = actor.number("l.getsockname()[1]");
        watched = Watched.begin();
        actor.run("c.connect(('127.0.0.1', " + server + "))", "u.sendto(b'x', ('127.0.0.1', 9))");
        int client = actor.number("c.getsockname()[1]");
        int sender = actor.number("u.getsockname()[1]");
        assertThat(watched.awaitOpened(tcp(end("127.0.0.1", client), end("127.0.0.1", server)))
                        .owner()
                        .pid())
                .isEqualTo(actor.pid());
        watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(watched.awaitOpened(udp(end("127.0.0.1", sender), Endpoint.NONE))
                        .owner()
                        .pid())
                .isEqualTo(actor.pid());
    }

    @Test
    void shouldKnowAConnectionThatWaitedToBeAcceptedFromBefore() {
        Ebpf.requireFeature("events-snapshot");
        int server = listen();
        int client = connect(server);
        watched = Watched.begin();
        actor.run("a = l.accept()[0]");
        FlowEvent accepted = watched.awaitOpened(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));
        assertThat(accepted.owner().pid()).isEqualTo(actor.pid());
        actor.run("a.close()");
        watched.await(is(Kind.CLOSED, accepted.socketId(), actor.pid()));
    }

    @Test
    void shouldTellTuplesOfAPortThatAnOlderSocketShares() {
        String share = "u.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)";
        actor.run("u = udp()", share, "u.bind(('127.0.0.1', 0))");
        int port = actor.number("u.getsockname()[1]");
        watched = Watched.begin();
        try (PythonActor other = PythonActor.start()) {
            other.run("u = udp()", share, "u.bind(('127.0.0.1', " + port + "))");
            other.run("ss = [udp() for i in range(10)]", "for s in ss: s.sendto(b'x', u.getsockname())");
            for (String sender :
                    other.run("' '.join(str(s.getsockname()[1]) for s in ss)").split(" ")) {
                watched.awaitOpened(udp(end("127.0.0.1", port), end("127.0.0.1", Integer.parseInt(sender))));
            }
        }
    }
}
