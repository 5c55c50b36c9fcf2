package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackends;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.PcapRecords;
import io.pidcap.host.Prefilter;
import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterDecision.Owners;
import io.pidcap.protocol.model.PrefilterDecision.PortMark;
import io.pidcap.protocol.model.PrefilterSeen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel drops after a decision, and what it does not although the decision would have it dropped, because
 * something happened since. Decisions are made here by hand; who makes them is tested elsewhere.
 */
class PrefilterTest {
    private static final String ADDRESS = "127.86.31.7";
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path directory;

    private final Map<Integer, Long> told = new HashMap<>();
    private PythonActor sender;
    private PythonActor receiver;
    private FlowEventSource source;
    private Prefilter prefilter;
    private PacketSource packets;
    private PacketSource.Segment segment;
    private long raised;
    private long applied;
    private long decisions;
    private int attempts;

    @BeforeEach
    void start() {
        SocketActor.require();
        Ebpf.requireFeature("prefilter");
        sender = PythonActor.start();
        receiver = PythonActor.start();
        source = HostBackends.forThisHost()
                .openFlowEventSource(new FlowEventSourceConfig(FlowEventSourceConfig.Choice.EBPF, 100, true, true));
        source.attach();
        source.snapshot();
        prefilter = source.prefilter();
        packets = HostBackends.forThisHost().openPacketSource(new PacketSourceConfig("lo", 65535, false, 8 << 20, ""));
        segment = packets.createSegment(directory.resolve("lo.pcap"));
        packets.prefilter(prefilter.offer(), 0);
    }

    @AfterEach
    void stop() {
        if (segment != null) {
            segment.close();
        }
        if (packets != null) {
            packets.close();
        }
        if (source != null) {
            source.close();
        }
        for (PythonActor actor : new PythonActor[] {sender, receiver}) {
            if (actor != null) {
                actor.close();
            }
        }
    }

    /** Opens {@code s}, bound to a port of its own. */
    private static int bind(PythonActor actor) {
        actor.run("s = udp(); s.bind(('" + ADDRESS + "', 0))");
        return actor.number("s.getsockname()[1]");
    }

    private void send(String payload, int port) {
        sender.run("s.sendto(b'" + payload + "', ('" + ADDRESS + "', " + port + "))");
    }

    /** Reads what the programs tell, until all that happened before this call is known. */
    private PrefilterSeen read() {
        List<Integer> changed = new ArrayList<>();
        List<Integer> trusted = new ArrayList<>();
        List<Integer> exposed = new ArrayList<>();
        List<PrefilterSeen.PortCount> ports = new ArrayList<>();
        long until = System.nanoTime();
        long read;
        do {
            read = source.next(1).completeUntil().monotonicNanos();
            PrefilterSeen seen = prefilter.seen();
            seen.ports().forEach(count -> told.put(count.port(), count.told()));
            ports.addAll(seen.ports());
            changed.addAll(seen.changed());
            trusted.addAll(seen.trusted());
            exposed.addAll(seen.exposed());
            raised = seen.raised();
            applied = seen.applied();
        } while (read < until);
        return new PrefilterSeen(raised, applied, changed, trusted, exposed, ports);
    }

    private void decide(List<Integer> watch, List<Integer> trust, PortMark... marks) {
        decisions++;
        prefilter.apply(new PrefilterDecision(decisions, List.of(), watch, trust, List.of(marks), raised));
    }

    private PortMark mark(int udpPort, Owners owners) {
        int port = PrefilterDecision.PORTS + udpPort;
        return new PortMark(port, told.getOrDefault(port, 0L), owners);
    }

    private boolean isTaken(String payload) {
        long until = System.nanoTime();
        ObservedTime drained;
        do {
            packets.pump(segment, 10);
            drained = packets.drainedUntil();
        } while (drained == null || drained.monotonicNanos() < until);
        segment.flush();
        return PcapRecords.read(directory.resolve("lo.pcap")).stream()
                .map(packet -> new String(packet.bytes().array(), StandardCharsets.ISO_8859_1))
                .anyMatch(packet -> packet.contains(payload));
    }

    /** Both ends are known to be unwanted, and what they say is dropped. */
    private int dropped() {
        int port = bind(receiver);
        int from = bind(sender);
        send("nobody has decided yet", port);
        read();
        decide(List.of(), List.of(), mark(port, Owners.UNWANTED), mark(from, Owners.UNWANTED));
        awaitDropped(port);
        assertThat(isTaken("nobody has decided yet")).isTrue();
        return port;
    }

    /** Others on this host may have the kernel raise its number at any time, so it is settled anew where need be. */
    private void awaitDropped(int port) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            String payload = "nobody wants this " + ++attempts + ".";
            read();
            decide(List.of(), List.of());
            long before = packets.counters().prefilteredPackets();
            send(payload, port);
            if (!isTaken(payload)) {
                assertThat(packets.counters().prefilteredPackets()).isEqualTo(before + 1);
                return;
            }
        }
        throw new AssertionError("the kernel drops nothing to port " + port);
    }

    @Test
    void shouldDropWhatNobodyWantsAndCountItOnce() {
        dropped();
    }

    @Test
    void shouldTakeWhatComesFromASocketThatIsNewer() {
        int port = dropped();
        sender.run("s = udp()");
        send("from a new port", port);
        assertThat(isTaken("from a new port")).isTrue();
    }

    @Test
    void shouldTakeWhatComesToAPortThatSomebodyElseHasNow() {
        int port = dropped();
        receiver.run("s.close()");
        PythonActor other = PythonActor.start();
        try (other) {
            other.run("s = udp(); s.bind(('" + ADDRESS + "', " + port + "))");
            send("to another one", port);
        }
        assertThat(isTaken("to another one")).isTrue();
    }

    @Test
    void shouldTakeWhatIsOfAnOpenPortOrOfNoKnownOne() {
        int port = dropped();
        decide(List.of(), List.of(), mark(port, Owners.OTHERS));
        send("to an open port", port);
        assertThat(isTaken("to an open port")).isTrue();
        int from = senderPort();
        decide(List.of(), List.of(), mark(port, Owners.NOBODY), mark(from, Owners.NOBODY));
        send("of nobody at all", port);
        assertThat(isTaken("of nobody at all")).isTrue();
        decide(List.of(), List.of(), mark(from, Owners.UNWANTED));
        send("to a port of nobody", port);
        assertThat(isTaken("to a port of nobody")).isTrue();
        decide(List.of(), List.of(), mark(port, Owners.UNWANTED));
        awaitDropped(port);
    }

    @Test
    void shouldTakeEverythingOnceAWatchedProcessExecutesAProgramForksOrGetsAName() {
        int port = dropped();
        PythonActor watched = PythonActor.start();
        try (watched) {
            for (String change : List.of(
                    "if os.fork() == 0: os._exit(0)",
                    "open('/proc/self/comm', 'w').write('another')",
                    "os.execv(sys.executable, [sys.executable, '-c', 'input()'])")) {
                decide(List.of(watched.pid()), List.of());
                awaitDropped(port);
                long before = raised;
                watched.start(change);
                awaitRaised(before);
                send("taken after " + change.length(), port);
                assertThat(isTaken("taken after " + change.length())).as(change).isTrue();
                awaitDropped(port);
            }
        }
    }

    private void awaitRaised(long before) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (raised == before && System.nanoTime() < end) {
            read();
        }
        assertThat(raised).isGreaterThan(before);
    }

    @Test
    void shouldTellWhichWatchedProcessHasChanged() {
        dropped();
        decide(List.of(receiver.pid()), List.of());
        sender.run("open('/proc/self/comm', 'w').write('one')");
        receiver.run("open('/proc/self/comm', 'w').write('two')");
        assertThat(read().changed()).containsExactly(receiver.pid());
    }

    @Test
    void shouldNotCountWhatATrustedProcessDoesUnlessItHasChanged() {
        int port = dropped();
        decide(List.of(sender.pid()), List.of());
        assertThat(read().applied()).isEqualTo(decisions);
        decide(List.of(), List.of(sender.pid()));
        sender.run("s = udp(); s.bind(('" + ADDRESS + "', 0))");
        assertThat(read().ports()).noneMatch(count -> count.port() == PrefilterDecision.PORTS + senderPort());
        decide(List.of(), List.of(), mark(senderPort(), Owners.UNWANTED));
        awaitDropped(port);
        sender.run("open('/proc/self/comm', 'w').write('another')");
        decide(List.of(), List.of(sender.pid()));
        sender.run("s = udp(); s.bind(('" + ADDRESS + "', 0))");
        send("of one that has changed", port);
        assertThat(isTaken("of one that has changed")).isTrue();
        assertThat(read().ports()).anyMatch(count -> count.port() == PrefilterDecision.PORTS + senderPort());
    }

    private void trust(PythonActor actor) {
        decide(List.of(actor.pid()), List.of());
        read();
        decide(List.of(), List.of(actor.pid()));
    }

    /** Its child waits until it is to execute a program. */
    private static void fork(PythonActor parent, String how) {
        parent.run("r, w = os.pipe()");
        parent.run("def wait():\0 global child\0 child = os.fork()\0"
                + " if child == 0: os.read(r, 1); os.execv(sys.executable, [sys.executable, '-c', 'pass'])");
        parent.run(how);
    }

    @Test
    void shouldTrustTheChildOfATrustedProcessUntilItExecutesAProgram() {
        dropped();
        trust(receiver);
        fork(receiver, "wait()");
        int child = receiver.number("child");
        assertThat(read().trusted()).containsExactly(child);
        long before = raised;
        receiver.run("os.write(w, b'x')");
        List<Integer> changed = new ArrayList<>();
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!changed.contains(child) && System.nanoTime() < end) {
            changed.addAll(read().changed());
        }
        assertThat(changed).containsOnly(child);
        assertThat(raised).isGreaterThan(before);
    }

    @Test
    void shouldNotTrustTheChildOfAThreadSinceItBearsTheThreadsName() {
        dropped();
        trust(receiver);
        long before = raised;
        fork(receiver, "import threading; t = threading.Thread(target=wait); t.start(); t.join()");
        assertThat(read().trusted()).isEmpty();
        assertThat(raised).isGreaterThan(before);
        receiver.run("os.write(w, b'x')");
    }

    @Test
    void shouldNotTrustAChildWhoseNumberWasTakenOutForAFormerProcess() {
        dropped();
        trust(receiver);
        fork(receiver, "wait()");
        int child = receiver.number("child");
        decisions++;
        prefilter.apply(new PrefilterDecision(decisions, List.of(child), List.of(), List.of(), List.of(), raised));
        assertThat(read().trusted()).isEmpty();
        receiver.run("os.write(w, b'x')");
    }

    @Test
    void shouldTakeEverythingOnceSomebodyIsGivenASocketAndTellItsPort() {
        int port = dropped();
        receiver.run("there, u = socket(AF_UNIX, SOCK_DGRAM), socket(AF_UNIX, SOCK_DGRAM)");
        PythonActor taker = PythonActor.start();
        try (taker) {
            String name = "\\0pidcap-" + taker.pid();
            taker.run("u = socket(AF_UNIX, SOCK_DGRAM); u.bind('" + name + "')");
            receiver.run("u.connect('" + name + "'); send_fds(u, [b'x'], [s.fileno()])");
            awaitDropped(port);
            read();
            assertThat(taker.run("len(recv_fds(u, 1, 4)[1])")).isEqualTo("1");
            send("to the taker", port);
            assertThat(isTaken("to the taker")).isTrue();
            assertThat(read().exposed()).contains(PrefilterDecision.PORTS + port);
        }
    }

    @Test
    void shouldTellThePortOfASocketThatATrustedProcessWasGivenOnceItBecomesAnother() {
        int port = dropped();
        PythonActor taker = PythonActor.start();
        try (taker) {
            bind(taker);
            read();
            trust(taker);
            String name = "\\0pidcap-" + taker.pid();
            taker.run("u = socket(AF_UNIX, SOCK_DGRAM); u.bind('" + name + "')");
            receiver.run("u = socket(AF_UNIX, SOCK_DGRAM); u.connect('" + name + "')");
            receiver.run("send_fds(u, [b'x'], [s.fileno()])");
            assertThat(taker.run("len(recv_fds(u, 1, 4)[1])")).isEqualTo("1");
            assertThat(read().exposed()).doesNotContain(PrefilterDecision.PORTS + port);
            taker.run("open('/proc/self/comm', 'w').write('another')");
            assertThat(read().exposed()).contains(PrefilterDecision.PORTS + port);
        }
    }

    @Test
    void shouldNotMindWhoReceivesNothingButData() {
        dropped();
        PythonActor taker = PythonActor.start();
        try (taker) {
            taker.run("one, other = socketpair(AF_UNIX, SOCK_DGRAM)");
            for (String receive : List.of("other.recv(9)", "other.recvmsg(9)", "os.read(other.fileno(), 9)")) {
                awaitNotRaised(() -> taker.run("one.send(b'x'); " + receive), receive);
            }
        }
    }

    /** Others on this host may have the kernel raise its number, but not always. */
    private void awaitNotRaised(Runnable action, String what) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        long before;
        do {
            read();
            before = raised;
            action.run();
            read();
        } while (raised != before && System.nanoTime() < end);
        assertThat(raised).as(what).isEqualTo(before);
    }

    /** It could be meant for another port, to which it is translated only after it was captured. */
    @Test
    void shouldTakeTheFirstDatagramBetweenTwoEnds() {
        int port = bind(receiver);
        int from = bind(sender);
        send("nobody has decided yet", port);
        read();
        decide(List.of(), List.of(), mark(port, Owners.UNWANTED), mark(from, Owners.UNWANTED));
        send("the first", port);
        assertThat(isTaken("the first")).isTrue();
        awaitDropped(port);
    }

    private int senderPort() {
        return sender.number("s.getsockname()[1]");
    }

    @Test
    void shouldTakeWhatComesToASocketThatAnotherProcessUses() {
        int port = dropped();
        decide(List.of(receiver.pid()), List.of());
        read();
        decide(List.of(), List.of(receiver.pid()));
        receiver.run("s.set_inheritable(True)");
        receiver.run("child = subprocess.Popen([sys.executable, '-c', 'from socket import *; "
                + "socket(fileno=' + str(s.fileno()) + ').getsockname(); print(1, flush=True); input()'], "
                + "close_fds=False, stdin=-1, stdout=-1)");
        receiver.run("child.stdout.readline()");
        read();
        decide(List.of(), List.of());
        send("to the heir", port);
        receiver.run("child.kill()");
        assertThat(isTaken("to the heir")).isTrue();
    }

    @Test
    void shouldTakeEverythingOnceTheSourceHasEnded() {
        int port = dropped();
        source.close();
        long end = System.nanoTime() + DEADLINE_NANOS;
        // The kernel empties the map in a moment of its own.
        int i = 0;
        boolean taken = false;
        while (!taken && System.nanoTime() < end) {
            i++;
            send("after the end " + i, port);
            taken = isTaken("after the end " + i);
        }
        assertThat(taken).isTrue();
    }
}
