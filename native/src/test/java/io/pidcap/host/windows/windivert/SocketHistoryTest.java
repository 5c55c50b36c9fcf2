package io.pidcap.host.windows.windivert;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random lives of sockets, some of which a snapshot shows, against the plain list of those that are open. */
class SocketHistoryTest {
    private static final int HISTORIES = 2_000;
    private static final int STEPS = 200;
    private static final IpAddress HERE = IpAddress.ofIpv4(0x0a000001);
    private static final IpAddress THERE = IpAddress.ofIpv4(0x0a000002);

    /** One socket; ports and pids are few, so that they are shared and used again. */
    private record Socket(long endpoint, int pid, boolean tcp, int port, int peer) {
        FiveTuple tuple() {
            return tcp
                    ? new FiveTuple(DivertEvent.TCP, new Endpoint(HERE, port), new Endpoint(THERE, peer))
                    : new FiveTuple(DivertEvent.UDP, new Endpoint(IpAddress.ANY, port), Endpoint.NONE);
        }

        DivertEvent event(int event) {
            return tcp
                    ? DivertEvent.of(event, endpoint, pid, DivertEvent.TCP, "10.0.0.1", port)
                            .to("10.0.0.2", peer)
                    : DivertEvent.of(event, endpoint, pid, DivertEvent.UDP, "0.0.0.0", port);
        }

        String ownership() {
            return tuple() + " " + pid;
        }
    }

    private static final class History {
        private final Random random;
        private final SocketTracker tracker = new SocketTracker();
        private final List<Socket> open = new ArrayList<>();
        private final Map<Long, String> told = new HashMap<>();
        private long nanos;

        History(long seed) {
            random = new Random(seed);
        }

        private Socket anySocket() {
            Set<Long> used = new HashSet<>();
            open.forEach(socket -> used.add(socket.endpoint));
            long endpoint = 1L + random.nextInt(30);
            while (!used.add(endpoint)) {
                endpoint++;
            }
            boolean tcp = random.nextBoolean();
            return new Socket(
                    endpoint, 100 + random.nextInt(3), tcp, 1 + random.nextInt(5), tcp ? 1 + random.nextInt(5) : 0);
        }

        private boolean mayOpen(Socket socket) {
            // Two sockets may share a UDP port, but not a connection.
            return !socket.tcp || open.stream().noneMatch(other -> other.tuple().equals(socket.tuple()));
        }

        void begin() {
            List<SocketEntry> snapshot = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Socket socket = anySocket();
                if (mayOpen(socket)) {
                    open.add(socket);
                    snapshot.add(new SocketEntry(
                            i + 1,
                            IpHelperSocketTable.NETNS,
                            socket.tuple(),
                            socket.tcp ? SocketState.CONNECTED : SocketState.BOUND,
                            List.of(new ProcessIdentity(socket.pid, 1))));
                    told.put(i + 1L, socket.ownership());
                }
            }
            tracker.begin(snapshot, nanos);
        }

        void step() {
            if (open.isEmpty() || random.nextBoolean()) {
                Socket socket = anySocket();
                if (mayOpen(socket)) {
                    open.add(socket);
                    happens(socket, socket.tcp ? DivertEvent.CONNECT : DivertEvent.BIND);
                    if (socket.tcp && random.nextBoolean()) {
                        happens(socket, DivertEvent.ESTABLISHED);
                    }
                }
            } else {
                Socket socket = open.remove(random.nextInt(open.size()));
                happens(socket, DivertEvent.CLOSE);
                if (random.nextBoolean()) {
                    happens(socket, DivertEvent.CLOSE);
                }
                if (socket.tcp && random.nextBoolean()) {
                    happens(socket, DivertEvent.DELETED);
                }
            }
        }

        private void happens(Socket socket, int event) {
            byte[] bytes = socket.event(event).bytes();
            tracker.handle(
                    Objects.requireNonNull(WinDivertAddressLayout.parse(bytes)),
                    new ProcessIdentity(socket.pid, 1),
                    new ObservedTime(++nanos, nanos));
            for (FlowEvent change : tracker.takeEvents()) {
                if (change.kind() == FlowEvent.Kind.OPENED) {
                    told.put(
                            change.socketId(),
                            change.tuple() + " " + change.owner().pid());
                } else {
                    assertThat(told.remove(change.socketId())).as("%s", change).isNotNull();
                }
            }
        }

        Set<String> owned() {
            Set<String> owned = new HashSet<>();
            open.forEach(socket -> owned.add(socket.ownership()));
            return owned;
        }
    }

    @Test
    void shouldOwnWhatIsOpenAndNothingElse() {
        long seed = System.nanoTime();
        for (int i = 0; i < HISTORIES; i++) {
            History history = new History(seed + i);
            history.begin();
            for (int step = 0; step < STEPS; step++) {
                assertThat(new HashSet<>(history.told.values()))
                        .as("seed %d, step %d", seed + i, step)
                        .isEqualTo(history.owned());
                history.step();
            }
        }
    }
}
