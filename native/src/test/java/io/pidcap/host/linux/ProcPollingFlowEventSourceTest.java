package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.FlowEventCollector;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.FlowEventSourceContract;
import io.pidcap.host.ManualClock;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.SocketActor;
import io.pidcap.host.polling.PollingFlowEventSource;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real /proc, with sockets of another process. */
class ProcPollingFlowEventSourceTest extends FlowEventSourceContract {
    private static final int POLL_INTERVAL_MILLIS = 20;

    @TempDir
    Path directory;

    private SocketActor actor;
    private FlowEventSource source;

    @BeforeEach
    void startActorAndSource() throws IOException {
        SocketActor.require();
        actor = SocketActor.start();
        source = open();
    }

    @AfterEach
    void endActorAndSource() throws IOException {
        if (source != null) {
            source.close();
        }
        if (actor != null) {
            actor.close();
        }
    }

    @Override
    protected FlowEventSource open() {
        return new LinuxEvents()
                .openSource(new FlowEventSourceConfig(FlowEventSourceConfig.Choice.PROC, POLL_INTERVAL_MILLIS, false));
    }

    @Override
    protected Actor startActor() throws IOException {
        SocketActor another = SocketActor.start();
        Map<Integer, String> names = new HashMap<>();
        return new Actor() {
            @Override
            public int pid() {
                return another.pid();
            }

            @Override
            public int bindUdp() {
                String name = "s" + names.size();
                int port = another.number("open " + name + " udp 4 127.0.0.1");
                names.put(port, name);
                return port;
            }

            @Override
            public void close(int port) {
                another.tell("close " + names.get(port));
            }

            @Override
            public void end() {
                try {
                    another.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private Predicate<FlowEvent> opened(int protocol, int localPort) {
        return event -> event.kind() == Kind.OPENED
                && event.tuple().protocol() == protocol
                && event.tuple().local().port() == localPort
                && event.owner().pid() == actor.pid();
    }

    private static Predicate<FlowEvent> is(Kind kind, long socketId, int pid) {
        return event -> event.kind() == kind
                && event.socketId() == socketId
                && event.owner().pid() == pid;
    }

    private static Endpoint end(String address, int port) {
        return new Endpoint(NetText.ip(address), port);
    }

    private static FiveTuple tcp(Endpoint local, Endpoint remote) {
        return new FiveTuple(TransportProtocol.TCP, local, remote);
    }

    @Test
    void shouldTellListenerConnectorAndAcceptedSocketApart() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int server = actor.number("open l tcp 4 127.0.0.1");
        int client = actor.number("connect c tcp 4 127.0.0.1 " + server);
        actor.tell("accept l a");

        FlowEvent listening = collector.await(
                opened(TransportProtocol.TCP, server).and(event -> event.state() == SocketState.LISTENING));
        FlowEvent connected = collector.await(opened(TransportProtocol.TCP, client));
        FlowEvent accepted = collector.await(
                opened(TransportProtocol.TCP, server).and(event -> event.state() == SocketState.CONNECTED));
        assertThat(listening.tuple()).isEqualTo(tcp(end("127.0.0.1", server), Endpoint.NONE));
        assertThat(connected.tuple()).isEqualTo(tcp(end("127.0.0.1", client), end("127.0.0.1", server)));
        assertThat(accepted.tuple()).isEqualTo(tcp(end("127.0.0.1", server), end("127.0.0.1", client)));

        // The client closes first and leaves a TIME_WAIT behind, which is nobody's.
        actor.tell("close c");
        collector.await(is(Kind.CLOSED, connected.socketId(), actor.pid()));
        actor.tell("close a");
        collector.await(is(Kind.CLOSED, accepted.socketId(), actor.pid()));
        assertThat(collector.events)
                .noneMatch(event -> event.socketId() == listening.socketId() && event.kind() != Kind.OPENED);
    }

    @Test
    void shouldNotKnowAConnectionUntilItIsAccepted() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int server = actor.number("open l tcp 4 127.0.0.1");
        int client = actor.number("connect c tcp 4 127.0.0.1 " + server);
        collector.await(opened(TransportProtocol.TCP, client));
        collector.catchUp();
        Predicate<FlowEvent> accepted =
                opened(TransportProtocol.TCP, server).and(event -> event.state() == SocketState.CONNECTED);
        assertThat(collector.events).noneMatch(accepted);

        actor.tell("accept l a");
        collector.await(accepted);
    }

    @Test
    void shouldTakeIpv4OverADualStackListenerAsIpv4() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int server = actor.number("open l tcp 6 ::");
        int client4 = actor.number("connect c4 tcp 4 127.0.0.1 " + server);
        actor.tell("accept l a4");
        int client6 = actor.number("connect c6 tcp 6 ::1 " + server);
        actor.tell("accept l a6");

        FlowEvent listening = collector.await(
                opened(TransportProtocol.TCP, server).and(event -> event.state() == SocketState.LISTENING));
        assertThat(listening.tuple()).isEqualTo(tcp(new Endpoint(IpAddress.ANY, server), Endpoint.NONE));
        collector.await(event -> event.tuple().equals(tcp(end("127.0.0.1", server), end("127.0.0.1", client4))));
        collector.await(event -> event.tuple().equals(tcp(end("::1", server), end("::1", client6))));
        collector.await(event -> event.tuple().equals(tcp(end("::1", client6), end("::1", server))));
    }

    @Test
    void shouldTellTheNewTupleOfAUdpSocketThatConnects() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int port = actor.number("open u udp 6 ::1");
        FlowEvent bound = collector.await(opened(TransportProtocol.UDP, port));
        assertThat(bound.state()).isEqualTo(SocketState.BOUND);

        actor.tell("connect u udp 6 ::1 5353");
        FlowEvent connected = collector.await(
                opened(TransportProtocol.UDP, port).and(event -> event.state() == SocketState.CONNECTED));
        assertThat(connected.socketId()).isEqualTo(bound.socketId());
        assertThat(connected.tuple())
                .isEqualTo(new FiveTuple(TransportProtocol.UDP, end("::1", port), end("::1", 5353)));
        assertThat(collector.events).noneMatch(is(Kind.CLOSED, bound.socketId(), actor.pid()));
    }

    @Test
    void shouldTellThatAForkedChildHasTheSocketsToo() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int port = actor.number("open u udp 4 0.0.0.0");
        FlowEvent opened = collector.await(opened(TransportProtocol.UDP, port));
        int child = actor.fork();

        FlowEvent joined = collector.await(is(Kind.OWNER_JOINED, opened.socketId(), child));
        assertThat(info(collector, joined).parentPid()).isEqualTo(actor.pid());

        actor.tell("close u");
        collector.await(is(Kind.OWNER_LEFT, opened.socketId(), actor.pid()));
        actor.tell("kill " + child);
        collector.await(is(Kind.CLOSED, opened.socketId(), child));
        collector.awaitThat(() -> collector.exits.contains(joined.owner()));
    }

    private static ProcessInfo info(FlowEventCollector collector, FlowEvent event) {
        return Objects.requireNonNull(collector.processes.get(event.owner()), "no process of " + event);
    }

    @Test
    void shouldTellThatAPassedSocketHasAnotherOwner() throws IOException {
        try (SocketActor receiver = SocketActor.start()) {
            String channel = directory.resolve("channel").toString();
            receiver.tell("receive-on " + channel);
            FlowEventCollector collector = FlowEventCollector.begin(source);
            int port = actor.number("open u udp 4 127.0.0.1");
            FlowEvent opened = collector.await(opened(TransportProtocol.UDP, port));

            receiver.tellWithoutAnswer("receive got");
            actor.tell("send u " + channel);
            assertThat(receiver.answer()).isEmpty();
            collector.await(is(Kind.OWNER_JOINED, opened.socketId(), receiver.pid()));

            // A file takes the descriptor's place, so that the number of descriptors tells nothing.
            actor.tell("replace u /dev/null");
            collector.await(is(Kind.OWNER_LEFT, opened.socketId(), actor.pid()));
            receiver.tell("close got");
            collector.await(is(Kind.CLOSED, opened.socketId(), receiver.pid()));
        }
    }

    @Test
    void shouldFindANewSocketAtOnceThoughTheNumberOfDescriptorsIsTheSame() {
        actor.tell("take-place /dev/null -");
        FlowEventCollector collector = FlowEventCollector.begin(source);
        collector.catchUp();
        int port = actor.number("take-place /dev/null u");
        collector.next(20_000);

        assertThat(collector.events).anyMatch(opened(TransportProtocol.UDP, port));
    }

    @Test
    void shouldTellTheNameOfTheProgramThatAProcessBecomes() throws IOException {
        Path program = directory.resolve("a program (2)");
        Files.copy(Path.of("/bin/sleep"), program);
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int port = actor.number("open u udp 4 127.0.0.1");
        FlowEvent opened = collector.await(opened(TransportProtocol.UDP, port));
        assertThat(info(collector, opened).name()).startsWith("python3");

        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, program);
        actor.tellWithoutAnswer("execute " + link + " zero 600");
        collector.awaitThat(() -> info(collector, opened).name().equals("a program (2)"));
        assertThat(info(collector, opened).arguments()).containsExactly("zero");
        assertThat(info(collector, opened).executable()).isEqualTo(program.toString());
        assertThat(collector.events).noneMatch(is(Kind.CLOSED, opened.socketId(), actor.pid()));
    }

    @Test
    void shouldTellANewNameOfTheMainThread() {
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int port = actor.number("open u udp 4 127.0.0.1");
        FlowEvent opened = collector.await(opened(TransportProtocol.UDP, port));
        actor.tell("rename x)y");

        collector.awaitThat(() -> info(collector, opened).comm().equals("x)y"));
    }

    @Test
    void shouldSeeRawAndPingSockets() {
        RequiredFeature.requireRoot();
        FlowEventCollector collector = FlowEventCollector.begin(source);
        actor.tell("raw r 4 253");
        actor.tell("raw r6 6 58");
        collector.await(opened(253, 0));
        collector.await(opened(TransportProtocol.ICMPV6, 0));
    }

    @Test
    void shouldSeeOtherNetworkNamespaces() {
        RequiredFeature.requireRoot();
        FlowEventCollector collector = FlowEventCollector.begin(source);
        int outside = actor.number("open outside udp 4 127.0.0.1");
        FlowEvent openedOutside = collector.await(opened(TransportProtocol.UDP, outside));
        long netnsId = Long.parseLong(actor.tell("namespace"));
        int inside = actor.number("open inside udp 4 127.0.0.1");

        FlowEvent openedInside =
                collector.await(opened(TransportProtocol.UDP, inside).and(event -> event.netnsId() == netnsId));
        assertThat(netnsId).isNotEqualTo(collector.snapshot.ownNetnsId());
        assertThat(openedOutside.netnsId()).isEqualTo(collector.snapshot.ownNetnsId());
        assertThat(collector.next(0).completeUntil().monotonicNanos())
                .isGreaterThan(openedInside.observed().monotonicNanos());
        assertThat(collector.events).noneMatch(is(Kind.CLOSED, openedOutside.socketId(), actor.pid()));

        SocketEntry again = new LinuxEvents()
                .snapshot().sockets().stream()
                        .filter(socket -> socket.socketId() == openedInside.socketId())
                        .findFirst()
                        .orElseThrow();
        assertThat(again.netnsId()).isEqualTo(netnsId);
        assertThat(new LinuxEvents().snapshot().localAddresses())
                .contains(new LocalAddress(netnsId, NetText.ip("127.0.0.1")));
    }

    @Test
    void shouldSayWhatItCanMissAndWhyItIsUsed() {
        FlowEventCollector.begin(source);
        assertThat(source.kind()).isEqualTo(FlowEventSource.Kind.PROC);
        assertThat(source.reason()).isNotEmpty();
        assertThat(source.limits())
                .contains("processes and connections that live shorter than the poll interval of 20 ms can be missed");
    }

    @Test
    void shouldNotLookBeforeTheIntervalIsOverUnlessItIsTheLastTime() {
        ProcTree tree = new ProcTree(directory);
        ManualClock clock = new ManualClock();
        FlowEventSource polling = new PollingFlowEventSource(
                FlowEventSource.Kind.PROC,
                ProcSocketTable.polled(new ProcRoot(directory), clock, false, 1000),
                clock,
                1000,
                "");
        polling.attach();
        long first = polling.snapshot().taken().monotonicNanos();
        tree.udp("127.0.0.1:53", 70);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]");

        assertThat(polling.next(100).events()).isEmpty();
        assertThat(polling.next(100).completeUntil().monotonicNanos()).isEqualTo(first);
        List<FlowEvent> atLast = polling.next(0).events();
        assertThat(atLast).hasSize(1);
        assertThat(atLast.get(0).observed().monotonicNanos()).isEqualTo(first);

        tree.delete("10");
        assertThat(polling.next(100).events()).isEmpty();
        clock.advanceMillis(900);
        assertThat(polling.next(100).events()).extracting(FlowEvent::kind).containsExactly(Kind.CLOSED);
    }
}
