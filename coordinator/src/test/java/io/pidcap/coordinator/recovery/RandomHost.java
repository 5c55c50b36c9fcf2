package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A host, by chance: processes that fork, exec, end and whose pids come again; sockets that are opened, accepted, shared,
 * passed on, closed, and whose ports come again, at times before the end of the one before was told. What happens is kept
 * until somebody takes it to tell of it.
 */
final class RandomHost {
    static final long SECOND = 1_000_000_000L;
    static final List<String> ADDRESSES = List.of("127.0.0.1", "10.0.0.1", "10.9.9.9");
    static final int PORTS = 4;
    private static final long WALL_OFFSET = 1_700_000_000 * SECOND;
    private static final List<String> NAMES = List.of("curl", "sh", "nginx", "make");
    private static final int PIDS = 12;

    static final class OpenSocket {
        final long id;
        final Map<FiveTuple, SocketState> tuples = new LinkedHashMap<>();
        final List<ProcessIdentity> owners = new ArrayList<>();

        OpenSocket(long id) {
            this.id = id;
        }
    }

    private final Random random;
    private final Map<Integer, ProcessInfo> living = new LinkedHashMap<>();
    private final List<OpenSocket> sockets = new ArrayList<>();
    private final List<ProcessInfo> untoldProcesses = new ArrayList<>();
    private final List<FlowEvent> untoldEvents = new ArrayList<>();
    private final List<ProcessIdentity> untoldExits = new ArrayList<>();
    private long now = SECOND;
    private long nextSocket = 1;

    RandomHost(Random random) {
        this.random = random;
    }

    /** By the clock that never steps. */
    long now() {
        return now;
    }

    void pass(long nanos) {
        now += nanos;
    }

    static ObservedTime at(long nanos) {
        return new ObservedTime(nanos, nanos + WALL_OFFSET);
    }

    Collection<ProcessInfo> living() {
        return List.copyOf(living.values());
    }

    List<OpenSocket> sockets() {
        return List.copyOf(sockets);
    }

    int untoldEvents() {
        return untoldEvents.size();
    }

    /** The oldest ones. */
    List<FlowEvent> takeEvents(int count) {
        return take(untoldEvents, count);
    }

    List<ProcessInfo> takeProcesses() {
        return take(untoldProcesses, untoldProcesses.size());
    }

    List<ProcessIdentity> takeExits() {
        return take(untoldExits, untoldExits.size());
    }

    private static <T> List<T> take(List<T> from, int count) {
        List<T> taken = List.copyOf(from.subList(0, count));
        from.subList(0, count).clear();
        return taken;
    }

    /** Nobody is told of what happened until now. */
    void forgetUntold() {
        untoldProcesses.clear();
        untoldEvents.clear();
        untoldExits.clear();
    }

    /** One thing, whatever it is. */
    void happen() {
        int choice = random.nextInt(14);
        if (choice < 2 && living.size() < PIDS) {
            fork();
        } else if (choice == 2 && living.size() > 2) {
            exit(anyProcess());
        } else if (choice == 3) {
            exec(anyProcess());
        } else if (choice < 8 && sockets.size() < 20) {
            OpenSocket socket = new OpenSocket(random.nextInt(8) == 0 ? 1 + random.nextInt(5) : nextSocket++ + 100);
            if (sockets.stream().noneMatch(other -> other.id == socket.id)) {
                sockets.add(socket);
                own(socket, anyTuple(), anyProcess().identity(), Kind.OPENED);
            }
        } else if (!sockets.isEmpty()) {
            use(sockets.get(random.nextInt(sockets.size())), choice);
        }
    }

    private void use(OpenSocket socket, int choice) {
        FiveTuple tuple = List.copyOf(socket.tuples.keySet()).get(random.nextInt(socket.tuples.size()));
        switch (choice) {
            case 8 -> own(socket, anyTuple(), anyOwner(socket), Kind.OPENED);
            case 9 -> own(socket, tuple, anyProcess().identity(), Kind.OWNER_JOINED);
            case 10 -> leave(socket, anyOwner(socket));
            default -> close(socket);
        }
    }

    private ProcessIdentity anyOwner(OpenSocket socket) {
        return socket.owners.get(random.nextInt(socket.owners.size()));
    }

    private void own(OpenSocket socket, FiveTuple tuple, ProcessIdentity owner, Kind kind) {
        SocketState state = socket.tuples.get(tuple);
        if (state == null) {
            state = tuple.isConnected()
                    ? SocketState.CONNECTED
                    : tuple.protocol() == 6 ? SocketState.LISTENING : SocketState.BOUND;
            socket.tuples.put(tuple, state);
        }
        if (!socket.owners.contains(owner)) {
            socket.owners.add(owner);
        }
        tell(kind, socket, tuple, owner);
    }

    private void leave(OpenSocket socket, ProcessIdentity owner) {
        if (socket.owners.size() < 2) {
            return;
        }
        socket.owners.remove(owner);
        tell(Kind.OWNER_LEFT, socket, socket.tuples.keySet().iterator().next(), owner);
    }

    void close(OpenSocket socket) {
        sockets.remove(socket);
        tell(Kind.CLOSED, socket, socket.tuples.keySet().iterator().next(), socket.owners.get(0));
    }

    private void tell(Kind kind, OpenSocket socket, FiveTuple tuple, ProcessIdentity owner) {
        now += random.nextInt(1000);
        untoldEvents.add(new FlowEvent(
                kind, at(now), socket.id, 1, tuple, socket.tuples.getOrDefault(tuple, SocketState.BOUND), owner));
    }

    private FiveTuple anyTuple() {
        int protocol = random.nextBoolean() ? 6 : 17;
        return switch (random.nextInt(4)) {
            case 0 -> new FiveTuple(protocol, end(), Endpoint.NONE);
            case 1 -> new FiveTuple(protocol, new Endpoint(IpAddress.ANY, end().port()), Endpoint.NONE);
            default -> new FiveTuple(protocol, end(), end());
        };
    }

    private Endpoint end() {
        return new Endpoint(
                Packets.address(ADDRESSES.get(random.nextInt(ADDRESSES.size()))), 1 + random.nextInt(PORTS));
    }

    private ProcessInfo anyProcess() {
        List<ProcessInfo> all = List.copyOf(living.values());
        return all.get(random.nextInt(all.size()));
    }

    void fork() {
        int pid = 1 + random.nextInt(PIDS * 2);
        if (living.containsKey(pid)) {
            return;
        }
        now++;
        ProcessInfo parent = living.isEmpty() ? null : anyProcess();
        String name = parent == null ? "init" : parent.name();
        int parentPid = parent == null ? 0 : parent.identity().pid();
        ProcessInfo child = new ProcessInfo(new ProcessIdentity(pid, now), parentPid, name, name, null, List.of(), 0);
        living.put(pid, child);
        untoldProcesses.add(child);
    }

    private void exec(ProcessInfo info) {
        now++;
        String name = NAMES.get(random.nextInt(NAMES.size()));
        ProcessInfo next = new ProcessInfo(
                        info.identity(), info.parentPid(), name, name, null, List.of(), random.nextInt(2))
                .withOwnProgramSince(at(now));
        living.put(info.identity().pid(), random.nextBoolean() ? next : next.withChangedSince(at(now)));
        untoldProcesses.add(living.get(info.identity().pid()));
    }

    private void exit(ProcessInfo info) {
        ProcessIdentity identity = info.identity();
        for (OpenSocket socket : List.copyOf(sockets)) {
            // An orphan is closed later.
            if (socket.owners.contains(identity) && random.nextInt(5) > 0) {
                if (socket.owners.size() == 1) {
                    close(socket);
                } else {
                    leave(socket, identity);
                }
            }
        }
        living.remove(identity.pid());
        untoldExits.add(identity);
    }
}
