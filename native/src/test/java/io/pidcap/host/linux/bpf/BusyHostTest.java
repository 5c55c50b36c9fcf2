package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many processes on all processors at once: nothing is missing, doubled, or behind the watermark. */
class BusyHostTest {
    private static final int ACTORS = 6;
    /** Seven records of 120 bytes each: the ring has room for all, also if its reader does not get a core for a while. */
    private static final int ROUNDS = 1200;
    /** Far more than one batch tells. */
    private static final int UNREAD_SOCKETS = 3000;

    @BeforeEach
    void require() {
        SocketActor.require();
        Ebpf.require();
    }

    /** The collector checks at each batch that no event is earlier than the watermark before it. */
    @Test
    void shouldTellInSeveralBatchesWhatHappenedWhileNobodyLooked() {
        try (Watched watched = Watched.begin();
                PythonActor actor = PythonActor.start()) {
            actor.run("for i in range(" + UNREAD_SOCKETS + "):", "    u = udp(); u.bind(('127.0.0.1', 0)); u.close()");
            long before = watched.collector.watermarkNanos();
            FlowBatch first = watched.collector.next(1000);
            assertThat(first.events()).as("of the first batch").hasSizeBetween(1, UNREAD_SOCKETS);
            assertThat(watched.collector.watermarkNanos()).isEqualTo(before);
            watched.catchUp();

            assertThat(watched.collector.events.stream()
                            .filter(event -> event.owner().pid() == actor.pid() && event.kind() == Kind.CLOSED))
                    .hasSize(UNREAD_SOCKETS);
        }
    }

    /** The collector checks at each batch that no event is earlier than the watermark before it. */
    @Test
    void shouldTellEverySocketOnceAndInTime() {
        List<PythonActor> actors = new ArrayList<>();
        try (Watched watched = Watched.begin()) {
            for (int i = 0; i < ACTORS; i++) {
                actors.add(PythonActor.start());
            }
            for (PythonActor actor : actors) {
                actor.start(
                        "l = tcp(); l.bind(('127.0.0.1', 0)); l.listen()",
                        "for i in range(" + ROUNDS + "):",
                        "    c = tcp(); c.connect(l.getsockname()); a = l.accept()[0]",
                        "    u = udp(); u.sendto(b'x', ('127.0.0.1', 9))",
                        "    c.close(); a.close(); u.close()");
            }
            for (PythonActor actor : actors) {
                while (!actor.hasAnswered()) {
                    watched.catchUp();
                }
                actor.answer();
            }
            watched.catchUp();

            assertThat(watched.collector.lostEvents).as("lost events").isZero();
            Map<Long, Integer> openedTimes = new HashMap<>();
            Map<Long, Integer> closedTimes = new HashMap<>();
            Map<Integer, Integer> connected = new HashMap<>();
            for (FlowEvent event : watched.collector.events) {
                int pid = event.owner().pid();
                if (actors.stream().noneMatch(actor -> actor.pid() == pid)) {
                    continue;
                }
                if (event.kind() == Kind.OPENED) {
                    openedTimes.merge(event.socketId(), 1, Integer::sum);
                    if (event.tuple().isConnected()) {
                        connected.merge(pid, 1, Integer::sum);
                    }
                } else if (event.kind() == Kind.CLOSED) {
                    closedTimes.merge(event.socketId(), 1, Integer::sum);
                }
            }
            for (PythonActor actor : actors) {
                assertThat(connected).as("both ends of each").containsEntry(actor.pid(), 2 * ROUNDS);
            }
            assertThat(closedTimes.values()).allMatch(times -> times == 1);
            // All but the listeners.
            assertThat(closedTimes).hasSize(3 * ACTORS * ROUNDS);
            assertThat(openedTimes.keySet()).containsAll(closedTimes.keySet());
        } finally {
            actors.forEach(PythonActor::close);
        }
    }
}
