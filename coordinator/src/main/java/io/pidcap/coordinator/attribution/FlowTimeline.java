package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns snapshots and flow events, in the order in which an event-worker sends them, into intervals.
 *
 * <p>The first snapshot's sockets are taken to have been there always: the capture may have begun a moment before it.
 * When an event-worker was restarted, what its first snapshot still shows with the same owner went on through the gap;
 * what it no longer shows ended at the snapshot; what is new began at the last watermark before the gap. So in the gap a
 * packet is rather kept than lost.
 */
public final class FlowTimeline {
    /** One socket holds no more intervals than this: a UDP socket that connects to ever new peers ends its oldest. */
    public static final int MAX_INTERVALS_OF_SOCKET = 1024;

    /** Nothing is answered for longer after its end. */
    public static final long LONGEST_TAIL_NANOS = FlowInterval.TCP_TAIL_NANOS;

    /** The table of sockets grows when so much of it is in use. */
    private static final float SOCKETS_BY_SLOT = 0.8f;

    private final ProcessRegistry processes;
    private final OwnershipIndex index;
    private final LocalAddresses addresses = new LocalAddresses();
    private final Namespaces namespaces = new Namespaces();
    /** By number, without an object for the number or for the entry: 50 bytes less for each of very many. */
    private Long2ObjectHashMap<TrackedSocket> sockets = socketTable(0);

    private long beganMonotonicNanos = FlowInterval.ALWAYS;
    private long watermarkMonotonicNanos = Long.MIN_VALUE;
    private long knowledge = 1;

    /**
     * An empty timeline.
     *
     * @param hashSeed not to be guessed by who sends packets
     */
    public FlowTimeline(ProcessRegistry processes, long hashSeed) {
        this(processes, hashSeed, null);
    }

    /** @param judge shall know who owns which port; null: nobody shall */
    public FlowTimeline(ProcessRegistry processes, long hashSeed, @Nullable PrefilterJudge judge) {
        this.processes = processes;
        this.index = new OwnershipIndex(processes, hashSeed, judge == null ? null : judge.ports());
    }

    OwnershipIndex index() {
        return index;
    }

    LocalAddresses addresses() {
        return addresses;
    }

    /** How many intervals are held. */
    public int size() {
        return index.size();
    }

    /** No event of an earlier time is still to come; {@link Long#MIN_VALUE} before the first batch. */
    public long watermarkMonotonicNanos() {
        return watermarkMonotonicNanos;
    }

    /** Greater than before once anything was learnt or forgotten by which the owners of a packet may differ. */
    long knowledge() {
        return knowledge;
    }

    /** Begins a run of an event-worker. */
    public void snapshot(SocketSnapshot snapshot) {
        knowledge++;
        long taken = snapshot.taken().monotonicNanos();
        beganMonotonicNanos = watermarkMonotonicNanos == Long.MIN_VALUE ? FlowInterval.ALWAYS : watermarkMonotonicNanos;
        namespaces.beginRun(snapshot.ownNetnsId());
        processes.register(snapshot.processes());
        processes.exitedAllBut(snapshot.processes(), taken);
        addresses.replace(snapshot.localAddresses(), namespaces, taken);

        Long2ObjectHashMap<TrackedSocket> earlier = sockets;
        sockets = socketTable(snapshot.sockets().size());
        index.connected().reserve(snapshot.sockets().size());
        for (SocketEntry entry : snapshot.sockets()) {
            add(entry);
        }
        for (TrackedSocket socket : earlier.values()) {
            for (FlowInterval gone : socket.intervals()) {
                index.end(gone, taken, true);
            }
        }
    }

    private static Long2ObjectHashMap<TrackedSocket> socketTable(int sockets) {
        return new Long2ObjectHashMap<>((int) (sockets / SOCKETS_BY_SLOT) + 1, SOCKETS_BY_SLOT);
    }

    private void add(SocketEntry entry) {
        if (!canOwn(entry.tuple())) {
            return;
        }
        TrackedSocket socket = socket(entry.socketId(), entry.netnsId());
        for (ProcessIdentity owner : entry.owners()) {
            FlowInterval interval = new FlowInterval(
                    entry.tuple(), entry.state(), socket.namespace, processes.of(owner), beganMonotonicNanos, true);
            FlowInterval same = index.sameOwnership(interval, socket);
            if (same == null) {
                open(socket, interval);
            } else {
                adopt(socket, same);
            }
        }
    }

    /** The interval goes on in the socket's record of this run. */
    private static void adopt(TrackedSocket socket, FlowInterval interval) {
        TrackedSocket former = interval.socket;
        if (former != null) {
            former.remove(interval);
        }
        socket.add(interval);
    }

    /** Takes in what has happened since the last batch or the snapshot. */
    public void batch(FlowBatch batch) {
        if (!batch.processes().isEmpty() || !batch.events().isEmpty() || batch.localAddressesChanged()) {
            knowledge++;
        }
        processes.register(batch.processes());
        for (FlowEvent event : batch.events()) {
            apply(event);
        }
        long until = batch.completeUntil().monotonicNanos();
        processes.exited(batch.exits(), until);
        if (batch.localAddressesChanged()) {
            addresses.replace(batch.localAddresses(), namespaces, until);
        }
        watermarkMonotonicNanos = Math.max(watermarkMonotonicNanos, until);
    }

    private void apply(FlowEvent event) {
        long at = event.observed().monotonicNanos();
        TrackedProcess owner = processes.of(event.owner());
        switch (event.kind()) {
            case OPENED, OWNER_JOINED -> {
                if (canOwn(event.tuple())) {
                    TrackedSocket socket = socket(event.socketId(), event.netnsId());
                    join(socket, owner, at);
                    own(socket, event.tuple(), event.state(), owner, at);
                }
            }
            case OWNER_LEFT -> left(event, owner, at);
            case CLOSED -> closed(event, owner, at);
        }
    }

    private TrackedSocket socket(long socketId, long netnsId) {
        TrackedSocket known = sockets.get(socketId);
        if (known != null) {
            return known;
        }
        TrackedSocket added = new TrackedSocket(namespaces.indexOf(netnsId));
        sockets.put(socketId, added);
        return added;
    }

    /** What the socket has, the process has too. */
    private void join(TrackedSocket socket, TrackedProcess process, long at) {
        if (socket.first() == null || socket.hasOwner(process)) {
            return;
        }
        TrackedProcess other = socket.owners().get(0);
        for (FlowInterval interval : socket.intervals()) {
            if (interval.owner == other) {
                open(
                        socket,
                        new FlowInterval(interval.tuple(), interval.state(), socket.namespace, process, at, false));
            }
        }
    }

    /** Whoever has the socket has the tuple. */
    private void own(TrackedSocket socket, FiveTuple tuple, SocketState state, TrackedProcess opener, long at) {
        if (socket.hasTuple(tuple, state)) {
            return;
        }
        var owners = socket.owners();
        if (owners.isEmpty()) {
            open(socket, new FlowInterval(tuple, state, socket.namespace, opener, at, false));
        }
        for (TrackedProcess owner : owners) {
            open(socket, new FlowInterval(tuple, state, socket.namespace, owner, at, false));
        }
    }

    private void open(TrackedSocket socket, FlowInterval interval) {
        socket.add(interval);
        index.add(interval);
        if (!interval.isOpen()) {
            socket.remove(interval);
        } else if (socket.size() > MAX_INTERVALS_OF_SOCKET) {
            endOldestConnected(socket, interval);
        }
    }

    private void endOldestConnected(TrackedSocket socket, FlowInterval newest) {
        FlowInterval oldest = null;
        for (FlowInterval at = socket.first(); at != null; at = at.nextOfSocket) {
            oldest = at.isConnected() && at != newest ? at : oldest;
        }
        if (oldest != null) {
            index.end(oldest, newest.from, true);
        }
    }

    private void left(FlowEvent event, TrackedProcess owner, long at) {
        TrackedSocket socket = sockets.get(event.socketId());
        if (socket == null) {
            ended(event, owner, at, false);
            return;
        }
        for (FlowInterval interval : socket.intervals()) {
            if (interval.owner == owner) {
                index.end(interval, at, false);
            }
        }
    }

    private void closed(FlowEvent event, TrackedProcess owner, long at) {
        TrackedSocket socket = sockets.remove(event.socketId());
        if (socket == null) {
            ended(event, owner, at, true);
            return;
        }
        for (FlowInterval interval : socket.intervals()) {
            index.end(interval, at, true);
        }
    }

    /** The end of what was open before this run, and gone before its snapshot was read. */
    private void ended(FlowEvent event, TrackedProcess owner, long at, boolean withTail) {
        if (!canOwn(event.tuple())) {
            return;
        }
        FlowInterval interval = new FlowInterval(
                event.tuple(),
                event.state(),
                namespaces.indexOf(event.netnsId()),
                owner,
                Math.min(beganMonotonicNanos, at),
                false);
        interval.endAt(at, withTail);
        index.add(interval);
    }

    /** A socket that has no port yet owns no packet. */
    private static boolean canOwn(FiveTuple tuple) {
        return !TransportProtocol.hasPorts(tuple.protocol()) || tuple.local().port() != 0;
    }

    /** No packet of an earlier time will be asked about: what has ended before that is given back. */
    public void forgetBefore(long monotonicNanos) {
        int size = index.size();
        index.forgetBefore(monotonicNanos);
        if (addresses.forgetBefore(monotonicNanos) || index.size() != size) {
            knowledge++;
        }
        processes.forgetBefore(monotonicNanos);
    }
}
