package io.pidcap.host.linux.bpf;

import static io.pidcap.host.linux.bpf.Watched.end;
import static io.pidcap.host.linux.bpf.Watched.is;
import static io.pidcap.host.linux.bpf.Watched.opened;
import static io.pidcap.host.linux.bpf.Watched.tcp;
import static io.pidcap.host.linux.bpf.Watched.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.HostException;
import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The ring has room for 31 records: whatever is done while nobody reads it is lost, and must be found by looking. What others
 * on this host do fills so small a ring as well, at any time: there may be more gaps than the one that a test makes.
 */
class OverflowTest {
    private static final int RING_BYTES = 4096;
    private static final int MOST_ATTEMPTS = 100;
    /** Fills the ring. */
    private static final String FLOOD =
            "for i in range(200): x = udp(); x.bind(('127.0.0.1', 0)); x.connect(('127.0.0.1', 9)); x.close()";

    private PythonActor actor;
    private Watched watched;

    @BeforeEach
    void start() {
        SocketActor.require();
        Ebpf.require();
        actor = PythonActor.start();
        actor.run("l = tcp(); l.bind(('127.0.0.1', 0)); l.listen()");
        watched = begin();
    }

    /** What others do may fill so small a ring before the source has looked at it once. */
    private static Watched begin() {
        HostException last = null;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            try {
                return Watched.begin(Ebpf.open(RING_BYTES));
            } catch (HostException e) {
                last = e;
            }
        }
        throw new AssertionError("the ring is always full", last);
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

    private Endpoint local(String socket) {
        return end("127.0.0.1", actor.number(socket + ".getsockname()[1]"));
    }

    /** When something was lost, by the monotonic clock. */
    private record Loss(long fromNanos, long untilNanos) {}

    /** What is run in one go while nobody reads, behind a flood. */
    private Loss lose(String... statements) {
        long from = System.nanoTime();
        actor.run(FLOOD + "\0" + String.join("\0", statements));
        return new Loss(from, System.nanoTime());
    }

    /** The one gap that the loss lies in: nobody read meanwhile. */
    private FlowGap gapOf(Loss loss) {
        List<FlowGap> around = watched.collector.gaps.stream()
                .filter(gap -> gap.from().monotonicNanos() < loss.fromNanos
                        && gap.until().monotonicNanos() > loss.untilNanos)
                .toList();
        assertThat(around)
                .as("gaps around %s of %s", loss, watched.collector.gaps)
                .hasSize(1);
        return around.get(0);
    }

    /** Does it, and once more where others filled the ring meanwhile, so that it was told by their gap if at all. */
    private void undisturbed(Runnable step) {
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            int gaps = watched.collector.gaps.size();
            step.run();
            watched.catchUp();
            if (watched.collector.gaps.size() == gaps) {
                return;
            }
        }
        throw new AssertionError("others on this host filled the ring " + MOST_ATTEMPTS + " times in a row");
    }

    private Set<Integer> ownersOf(FlowEvent event) {
        return watched.owners().getOrDefault(event.socketId(), Set.of());
    }

    private static Predicate<FlowEvent> connected(Endpoint local) {
        return event -> event.kind() == Kind.OPENED
                && event.tuple().isConnected()
                && event.tuple().local().equals(local);
    }

    @Test
    void shouldKnowAgainWhatIsOpenAndCountTheLoss() {
        Loss loss = lose(
                "u = udp(); u.bind(('127.0.0.1', 0))",
                "v = udp(); v.connect(u.getsockname())",
                "n = tcp(); n.bind(('127.0.0.1', 0)); n.listen()",
                "c = tcp(); c.connect(n.getsockname()); a = n.accept()[0]");
        watched.catchUp();

        assertThat(watched.collector.lostEvents).isGreaterThan(150);
        FlowGap gap = gapOf(loss);
        List<FiveTuple> tuples = List.of(
                udp(local("u"), Endpoint.NONE),
                udp(local("v"), local("u")),
                tcp(local("n"), Endpoint.NONE),
                tcp(local("c"), local("n")),
                tcp(local("n"), local("c")));
        for (FiveTuple tuple : tuples) {
            FlowEvent event = watched.awaitOpened(tuple);
            assertThat(ownersOf(event)).as("owners of %s", tuple).containsExactly(actor.pid());
            assertThat(event.observed().monotonicNanos()).isEqualTo(gap.from().monotonicNanos());
        }

        // Of sockets that no record ever told of the end is told all the same.
        actor.run("u.close(); v.close(); n.close(); c.close(); a.close()");
        watched.catchUp();
        for (FiveTuple tuple : tuples) {
            FlowEvent event = watched.awaitOpened(tuple);
            assertThat(watched.of(is(Kind.CLOSED, event.socketId(), actor.pid())))
                    .as("the end of %s", tuple)
                    .hasSize(1);
        }
    }

    @Test
    void shouldCloseWhatIsGoneAndKeepWhatWaitsToBeAccepted() {
        undisturbed(() -> {
            actor.run("u = udp(); u.bind(('127.0.0.1', 0)); l = tcp(); l.bind(('127.0.0.1', 0)); l.listen()");
            actor.run("c = tcp(); c.connect(l.getsockname()); a = l.accept()[0]");
            actor.run("w = tcp(); w.connect(l.getsockname())");
        });
        Endpoint listener = local("l");
        FlowEvent bound = watched.awaitOpened(udp(local("u"), Endpoint.NONE));
        FlowEvent client = watched.await(connected(local("c")));
        FlowEvent accepted = watched.awaitOpened(tcp(listener, local("c")));
        FlowEvent waiting = watched.awaitOpened(tcp(listener, local("w")));

        Loss loss = lose("u.close(); c.close(); a.close()");
        watched.catchUp();

        for (FlowEvent gone : List.of(bound, client, accepted)) {
            FlowEvent closed = watched.await(is(Kind.CLOSED, gone.socketId(), actor.pid()));
            assertThat(closed.observed().monotonicNanos())
                    .isEqualTo(gapOf(loss).until().monotonicNanos());
        }
        assertThat(ownersOf(waiting)).containsExactly(actor.pid());
    }

    @Test
    void shouldKnowAgainWhichProcessesThereAre() {
        actor.run("u = udp(); u.bind(('127.0.0.1', 0))");
        FlowEvent bound = watched.awaitOpened(udp(local("u"), Endpoint.NONE));
        int old = actor.number("(p := subprocess.Popen(['sleep', '1000'])).pid");
        watched.catchUp();

        lose(
                "p.kill(); p.wait()",
                "f = os.fork()",
                "if f == 0: time.sleep(1000)",
                "q = subprocess.Popen(['sleep', '1000'])");
        int forked = actor.number("f");
        int executed = actor.number("q.pid");
        watched.catchUp();

        assertThat(watched.collector.exits).anyMatch(exit -> exit.pid() == old);
        assertThat(ownersOf(bound)).as("who inherited it too").containsExactlyInAnyOrder(actor.pid(), forked);
        Map<Integer, String> names = watched.collector.processes.values().stream()
                .collect(Collectors.toMap(info -> info.identity().pid(), ProcessInfo::name, (one, other) -> other));
        assertThat(names).containsEntry(executed, "sleep").containsKey(forked);
    }

    @Test
    void shouldLearnOfAUserWhoseFirstUseWasLost() {
        actor.run("c = tcp(); c.connect(l.getsockname()); a = l.accept()[0]");
        FlowEvent accepted = watched.awaitOpened(tcp(local("l"), local("c")));
        actor.run(
                "ask, asked = os.pipe(); answered, answer = os.pipe(); f = os.fork()",
                "while f == 0 and os.read(ask, 1): a.send(b'x'); os.write(answer, b'x')");
        int child = actor.number("f");
        watched.catchUp();
        assertThat(ownersOf(accepted)).containsExactlyInAnyOrder(actor.pid(), child);

        lose("os.write(asked, b'x'); os.read(answered, 1)");
        watched.catchUp();
        assertThat(ownersOf(accepted)).containsExactlyInAnyOrder(actor.pid(), child);

        undisturbed(() -> actor.run("os.write(asked, b'x'); os.read(answered, 1)"));
        assertThat(ownersOf(accepted)).containsExactly(child);
    }

    @Test
    void shouldNotLookAnewMoreOftenThanItMay() {
        long began = System.nanoTime();
        for (int round = 0; round < 20; round++) {
            lose();
            watched.collector.next(20);
        }
        watched.catchUp();
        long tookMillis = (System.nanoTime() - began) / 1_000_000;
        assertThat(watched.collector.gaps).isNotEmpty();
        assertThat(watched.collector.gaps.size()).isLessThanOrEqualTo((int) (tookMillis / 200) + 2);
        // Once it is over, nothing is missing.
        actor.run("u = udp(); u.bind(('127.0.0.1', 0))");
        assertThat(watched.of(opened(udp(local("u"), Endpoint.NONE)))).isEmpty();
        watched.awaitOpened(udp(local("u"), Endpoint.NONE));
    }
}
