package io.pidcap.coordinator.journal;

import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.journal.SurveyedSocket.Tuple;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which records of sockets a timeline needs to know, at the end of a journal's beginning, what is open then. It follows
 * {@link FlowTimeline} without its intervals: of what has ended by then nothing is needed, but where it took a tuple from
 * a socket that is still open. Holds what is open, not what has ended. One thread.
 *
 * <p>A place is a number for each event and each row of a snapshot, in their order.
 */
final class SocketSurvey {
    /** A socket of many tuples that several processes have had is kept with all its records. */
    private static final int MANY_TUPLES = FlowTimeline.MAX_INTERVALS_OF_SOCKET / 4;

    private Map<Long, SurveyedSocket> sockets = new HashMap<>();
    /** Connected and open, in chains. */
    private Map<Long, Tuple> holders = new HashMap<>();

    private Map<Long, SurveyedSocket> arriving = new HashMap<>();
    private final Map<Long, SurveyedSocket> needed = new HashMap<>();

    /** What came of an earlier snapshot is not complete and never will be. */
    void snapshotBegins() {
        arriving = new HashMap<>();
    }

    void add(SocketEntry entry, long place) {
        if (!canOwn(entry.tuple())) {
            return;
        }
        SurveyedSocket socket =
                arriving.computeIfAbsent(entry.socketId(), id -> new SurveyedSocket(entry.socketId(), place));
        entry.owners().forEach(owner -> socket.join(owner, place));
        if (!entry.owners().isEmpty()) {
            long hash = hash(entry.netnsId(), entry.tuple(), entry.state());
            if (socket.openTuple(hash) == null) {
                boolean connected = entry.state() == SocketState.CONNECTED;
                socket.add(new Tuple(socket, hash, connected, place, Long.MIN_VALUE));
            }
        }
    }

    /** Whatever was open before it, and is not in it, has ended. */
    void snapshotEnds() {
        sockets = arriving;
        arriving = new HashMap<>();
        holders = new HashMap<>(sockets.size() * 4 / 3 + 1);
        for (SurveyedSocket socket : sockets.values()) {
            for (Tuple tuple : socket.tuples()) {
                hold(tuple);
            }
        }
    }

    void add(FlowEvent event, long place) {
        switch (event.kind()) {
            case OPENED, OWNER_JOINED -> {
                if (canOwn(event.tuple())) {
                    joined(event, place);
                }
            }
            case OWNER_LEFT -> {
                SurveyedSocket socket = sockets.get(event.socketId());
                if (socket == null) {
                    ended(event, place);
                } else if (!socket.leave(event.owner())) {
                    endTuples(socket);
                }
            }
            case CLOSED -> {
                SurveyedSocket socket = sockets.remove(event.socketId());
                if (socket == null) {
                    ended(event, place);
                } else {
                    endTuples(socket);
                    socket.closedAt = place;
                }
            }
        }
    }

    private void joined(FlowEvent event, long place) {
        SurveyedSocket socket =
                sockets.computeIfAbsent(event.socketId(), id -> new SurveyedSocket(event.socketId(), place));
        socket.join(event.owner(), place);
        long hash = hash(event.netnsId(), event.tuple(), event.state());
        if (socket.openTuple(hash) == null) {
            socket.opened(event.owner());
            boolean connected = event.state() == SocketState.CONNECTED;
            Tuple tuple =
                    new Tuple(socket, hash, connected, place, event.observed().monotonicNanos());
            socket.add(tuple);
            hold(tuple);
            bound(socket, tuple);
        }
    }

    /** As the timeline does: one socket does not hold more. */
    private void bound(SurveyedSocket socket, Tuple newest) {
        if (socket.isShared() && socket.openTuples() > MANY_TUPLES) {
            socket.keepEntirely();
        }
        if (socket.openTuples() <= FlowTimeline.MAX_INTERVALS_OF_SOCKET) {
            return;
        }
        for (Tuple oldest : socket.tuples()) {
            if (oldest.open && oldest.connected && oldest != newest) {
                release(oldest);
                socket.forget(oldest);
                return;
            }
        }
    }

    /** Of two sockets with one five-tuple the later one has it. */
    private void hold(Tuple added) {
        if (!added.connected || !added.open) {
            return;
        }
        Tuple rival = holders.get(added.hash);
        while (rival != null) {
            Tuple next = rival.next;
            if (rival.socket == added.socket) {
                rival = next;
                continue;
            }
            if (rival.fromMonotonicNanos <= added.fromMonotonicNanos) {
                release(rival);
                lose(rival, added.socket);
            } else if (added.open) {
                lose(added, rival.socket);
            }
            rival = next;
        }
        if (added.open) {
            added.next = holders.put(added.hash, added);
        }
    }

    private static void lose(Tuple tuple, SurveyedSocket to) {
        tuple.socket.end(tuple);
        tuple.lostTo = to;
    }

    private void release(Tuple tuple) {
        if (!tuple.connected) {
            return;
        }
        Tuple first = holders.get(tuple.hash);
        if (first == tuple) {
            if (tuple.next == null) {
                holders.remove(tuple.hash);
            } else {
                holders.put(tuple.hash, tuple.next);
            }
        } else {
            while (first != null && first.next != tuple) {
                first = first.next;
            }
            if (first != null) {
                first.next = tuple.next;
            }
        }
        tuple.next = null;
    }

    private void endTuples(SurveyedSocket socket) {
        for (Tuple tuple : socket.tuples()) {
            if (tuple.open) {
                release(tuple);
                socket.end(tuple);
            }
        }
    }

    /** The end of what was open before the run: what the snapshot shows of the same tuple is not believed then. */
    private void ended(FlowEvent event, long place) {
        if (!canOwn(event.tuple()) || event.state() != SocketState.CONNECTED) {
            return;
        }
        Tuple holder = holders.get(hash(event.netnsId(), event.tuple(), event.state()));
        while (holder != null) {
            Tuple next = holder.next;
            if (holder.fromMonotonicNanos == Long.MIN_VALUE) {
                SurveyedSocket end = new SurveyedSocket(event.socketId(), place);
                end.join(event.owner(), place);
                end.closedAt = place;
                release(holder);
                lose(holder, end);
            }
            holder = next;
        }
    }

    private static boolean canOwn(FiveTuple tuple) {
        return !TransportProtocol.hasPorts(tuple.protocol()) || tuple.local().port() != 0;
    }

    /** To whom belongs what is needed. */
    void owners(Consumer<ProcessIdentity> taker) {
        for (SurveyedSocket socket : sockets.values()) {
            socket.owners().forEach(taker);
            for (Tuple tuple : socket.tuples()) {
                if (tuple.lostTo != null) {
                    tuple.lostTo.owners().forEach(taker);
                }
            }
        }
    }

    /** Nothing more comes: from now on the questions may be asked. */
    void end() {
        for (SurveyedSocket socket : sockets.values()) {
            need(socket);
            for (Tuple tuple : socket.tuples()) {
                if (tuple.lostTo != null) {
                    need(tuple.lostTo);
                }
            }
        }
    }

    private void need(SurveyedSocket socket) {
        SurveyedSocket first = needed.get(socket.id);
        for (SurveyedSocket one = first; one != null; one = one.next) {
            if (one == socket) {
                return;
            }
        }
        socket.next = first;
        needed.put(socket.id, socket);
    }

    boolean needs(SocketEntry entry, long place) {
        return find(entry.socketId(), place) != null;
    }

    boolean needs(FlowEvent event, long place) {
        SurveyedSocket socket = find(event.socketId(), place);
        if (socket == null) {
            return false;
        }
        return switch (event.kind()) {
            case OPENED, OWNER_JOINED -> socket.needsBegin(place);
            case OWNER_LEFT -> socket.needsEndOf(event.owner());
            case CLOSED -> true;
        };
    }

    private @Nullable SurveyedSocket find(long id, long place) {
        SurveyedSocket socket = needed.get(id);
        while (socket != null && !socket.livedAt(place)) {
            socket = socket.next;
        }
        return socket;
    }

    /** Where two are equal by chance, more is kept than needed. */
    private static long hash(long netnsId, FiveTuple tuple, SocketState state) {
        long hash = netnsId * 31 + (state == SocketState.CONNECTED ? 1 : state == SocketState.LISTENING ? 2 : 3);
        hash = mix(hash, tuple.local().address());
        hash = mix(hash, tuple.remote().address());
        long ports = (long) tuple.local().port() << 24 | (long) tuple.remote().port() << 8 | tuple.protocol();
        return mix(hash + ports);
    }

    private static long mix(long hash, IpAddress address) {
        return mix(mix(hash + address.high()) + address.low());
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ (mixed >>> 31);
    }
}
