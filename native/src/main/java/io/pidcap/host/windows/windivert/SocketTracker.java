package io.pidcap.host.windows.windivert;

import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns WinDivert's events, in the order in which they happened, into who owns what.
 *
 * <p>A UDP port is owned from its bind to its close, whoever the peers are: the FLOW layer has one flow for all inbound
 * multicast, lets flows expire when nobody speaks, and knows nothing of a socket that only listens. Events with a peer
 * only show that a port is owned whose bind was not seen. A TCP connection is owned from the connect, or from the
 * established flow where it was accepted, until its socket closes or the flow is deleted; its first packets are the
 * listener's.
 *
 * <p>A close may come twice, so endpoints that were closed lately are remembered until they are used anew. What has no
 * ports, such as a ping, belongs to the system in Windows' eyes and is passed over.
 */
final class SocketTracker {
    /** The snapshot's are numbered from 1. */
    private static final long FIRST_SOCKET_ID = 1L << 32;

    private static final int MOST_CLOSED_ENDPOINTS = 65_536;

    private record Key(FiveTuple tuple, int pid) {}

    private final Map<Key, Ownership> ownerships = new HashMap<>();
    private final Map<Long, Set<Ownership>> byEndpoint = new HashMap<>();
    private final Map<ProcessIdentity, Set<Ownership>> byOwner = new HashMap<>();
    /** UDP ports of which nothing but a flow told, by pid. */
    private final Map<Integer, Set<Ownership>> flowsOnly = new HashMap<>();

    private final Set<Long> closedEndpoints = new LinkedHashSet<>();
    private Set<SocketSurvey.Trace> closed = new HashSet<>();
    private List<FlowEvent> events = new ArrayList<>();
    private long snapshotReadNanos = Long.MIN_VALUE;
    private long lastSocketId = FIRST_SOCKET_ID;
    private long unknownCloses;

    /**
     * Begins with what was there already.
     *
     * @param readNanos when the last of it had been read: a socket that was bound later is not among it
     */
    void begin(Iterable<SocketEntry> snapshot, long readNanos) {
        snapshotReadNanos = readNanos;
        for (SocketEntry socket : snapshot) {
            for (ProcessIdentity owner : socket.owners()) {
                listed(socket, owner);
            }
        }
    }

    private Ownership listed(SocketEntry socket, ProcessIdentity owner) {
        Ownership known = ownerships.get(new Key(socket.tuple(), owner.pid()));
        Ownership ownership = known == null ? add(socket.tuple(), socket.state(), owner) : known;
        ownership.socketIds.add(socket.socketId());
        ownership.unnamed++;
        return ownership;
    }

    /** The tables show a socket whose events are lost. */
    void missedOpen(SocketEntry socket, ProcessIdentity owner, ObservedTime at) {
        add(Kind.OPENED, at, listed(socket, owner), socket.socketId());
    }

    /** The tables show one no more, and its close is lost. */
    void missedClose(Ownership ownership, ObservedTime at) {
        end(ownership, at);
    }

    Collection<Ownership> ownerships() {
        return ownerships.values();
    }

    /** What was closed since the last call. */
    Set<SocketSurvey.Trace> takeClosed() {
        Set<SocketSurvey.Trace> taken = closed;
        closed = new HashSet<>();
        return taken;
    }

    /** @param owner the process that the record's pid meant when it happened */
    void handle(WinDivertRecord record, ProcessIdentity owner, ObservedTime at) {
        boolean tcp = record.protocol() == TransportProtocol.TCP;
        if ((!tcp && record.protocol() != TransportProtocol.UDP)
                || record.local().port() == 0) {
            return;
        }
        switch (record.event()) {
            case SOCKET_BIND -> own(record, record.bound(), SocketState.BOUND, owner, at);
            case SOCKET_LISTEN -> own(record, record.bound(), SocketState.LISTENING, owner, at);
            case SOCKET_CONNECT, FLOW_ESTABLISHED -> {
                if (tcp) {
                    own(record, record.connected(), SocketState.CONNECTED, owner, at);
                } else {
                    ownPort(record, owner, at);
                }
            }
            case SOCKET_ACCEPT -> {
                if (!tcp) {
                    ownPort(record, owner, at);
                }
            }
            case FLOW_DELETED -> {
                if (tcp) {
                    flowDeleted(record, at);
                }
            }
            case SOCKET_CLOSE -> closed(record, at);
        }
    }

    /** A flow may be deleted after the same ports have become another's. */
    private void flowDeleted(WinDivertRecord record, ObservedTime at) {
        Ownership ownership = ownerships.get(new Key(record.connected(), record.pid()));
        if (ownership != null && (ownership.unnamed > 0 || ownership.endpoints.contains(record.endpointId()))) {
            end(ownership, at);
        }
    }

    private void own(
            WinDivertRecord record, FiveTuple tuple, SocketState state, ProcessIdentity owner, ObservedTime at) {
        closedEndpoints.remove(record.endpointId());
        Key key = new Key(tuple, record.pid());
        Ownership known = ownerships.get(key);
        if (known != null && !known.owner.equals(owner)) {
            end(known, at); // the pid is another process's by now
            known = null;
        }
        Ownership ownership = known == null ? add(tuple, state, owner) : known;
        if (known == null) {
            ownership.socketIds.add(++lastSocketId);
        }
        if (known == null || (ownership.state != state && state == SocketState.LISTENING)) {
            ownership.state = state;
            add(Kind.OPENED, at, ownership, ownership.socketIds.get(0));
        }
        hold(ownership, record, at);
    }

    private Ownership add(FiveTuple tuple, SocketState state, ProcessIdentity owner) {
        Ownership added = new Ownership(tuple, owner, state);
        ownerships.put(new Key(tuple, owner.pid()), added);
        byOwner.computeIfAbsent(owner, absent -> new LinkedHashSet<>()).add(added);
        return added;
    }

    private void hold(Ownership ownership, WinDivertRecord record, ObservedTime at) {
        long endpointId = record.endpointId();
        if (ownership.endpoints.add(endpointId)) {
            // The first event of a socket that was in the snapshot is not one socket more.
            boolean isNew = record.event() == WinDivertEvent.SOCKET_BIND && at.monotonicNanos() > snapshotReadNanos;
            if (!isNew && ownership.unnamed > 0) {
                ownership.unnamed--;
            }
            byEndpoint
                    .computeIfAbsent(endpointId, absent -> new LinkedHashSet<>(2))
                    .add(ownership);
        }
    }

    /** Whoever sends from a port has it. */
    private void ownPort(WinDivertRecord record, ProcessIdentity owner, ObservedTime at) {
        if (record.local().address().isMulticast() || byEndpoint.containsKey(record.endpointId())) {
            return;
        }
        Ownership known = ownerships.get(new Key(record.bound(), record.pid()));
        if (known == null) {
            known = ownerships.get(new Key(anyAddress(record), record.pid()));
        }
        if (known == null || !known.owner.equals(owner)) {
            own(record, record.bound(), SocketState.BOUND, owner, at);
            noteFlow(record);
        } else if (record.event() != WinDivertEvent.FLOW_ESTABLISHED) {
            hold(known, record, at);
        } // else the flow may have another id than its socket, whose close would not end that
    }

    private void noteFlow(WinDivertRecord record) {
        Ownership made = ownerships.get(new Key(record.bound(), record.pid()));
        if (made != null && record.event() == WinDivertEvent.FLOW_ESTABLISHED) {
            flowsOnly
                    .computeIfAbsent(record.pid(), absent -> new LinkedHashSet<>(2))
                    .add(made);
        }
    }

    private static FiveTuple anyAddress(WinDivertRecord record) {
        return new FiveTuple(
                record.protocol(), new Endpoint(IpAddress.ANY, record.local().port()), Endpoint.NONE);
    }

    private void closed(WinDivertRecord record, ObservedTime at) {
        Set<Ownership> held = byEndpoint.remove(record.endpointId());
        boolean closedBefore = !closedEndpoints.add(record.endpointId());
        if (closedEndpoints.size() > MOST_CLOSED_ENDPOINTS) {
            closedEndpoints.remove(closedEndpoints.iterator().next());
        }
        if (held != null) {
            for (Ownership ownership : held) {
                ownership.endpoints.remove(record.endpointId());
                endUnlessHeld(ownership, at);
            }
        } else if (!closedBefore) {
            closedOfTheSnapshot(record, at);
        }
    }

    private void closedOfTheSnapshot(WinDivertRecord record, ObservedTime at) {
        Ownership ownership = ofTheSnapshot(record.connected(), record.pid());
        if (ownership == null) {
            ownership = ofTheSnapshot(record.bound(), record.pid());
        }
        if (ownership != null) {
            ownership.unnamed--;
            endUnlessHeld(ownership, at);
        } else if (!closedOfFlows(record, at)) {
            unknownCloses++;
        }
    }

    /** UDP ports that only flows have told of; the close need not be of their ids, nor tell the same address. */
    private boolean closedOfFlows(WinDivertRecord record, ObservedTime at) {
        List<Ownership> closed = new ArrayList<>();
        for (Ownership ownership : flowsOnly.getOrDefault(record.pid(), Set.of())) {
            if (ownership.tuple.local().port() == record.local().port()
                    && ownership.tuple.protocol() == record.protocol()) {
                closed.add(ownership);
            }
        }
        closed.forEach(ownership -> end(ownership, at));
        return !closed.isEmpty();
    }

    private @Nullable Ownership ofTheSnapshot(FiveTuple tuple, int pid) {
        Ownership ownership = ownerships.get(new Key(tuple, pid));
        return ownership == null || ownership.unnamed == 0 ? null : ownership;
    }

    private void endUnlessHeld(Ownership ownership, ObservedTime at) {
        if (!ownership.isHeld()) {
            end(ownership, at);
        }
    }

    private void end(Ownership ownership, ObservedTime at) {
        ownerships.remove(new Key(ownership.tuple, ownership.owner.pid()), ownership);
        closed.add(SocketSurvey.Trace.of(ownership));
        Set<Ownership> ofOwner = byOwner.get(ownership.owner);
        if (ofOwner != null && ofOwner.remove(ownership) && ofOwner.isEmpty()) {
            byOwner.remove(ownership.owner);
        }
        Set<Ownership> ofFlows = flowsOnly.get(ownership.owner.pid());
        if (ofFlows != null && ofFlows.remove(ownership) && ofFlows.isEmpty()) {
            flowsOnly.remove(ownership.owner.pid());
        }
        for (long endpoint : ownership.endpoints) {
            Set<Ownership> held = byEndpoint.get(endpoint);
            if (held != null && held.remove(ownership) && held.isEmpty()) {
                byEndpoint.remove(endpoint);
            }
        }
        for (long socketId : ownership.socketIds) {
            add(Kind.CLOSED, at, ownership, socketId);
        }
    }

    /** A process has ended: whatever it still seems to have is gone. */
    void exited(ProcessIdentity process, ObservedTime at) {
        Set<Ownership> left = byOwner.get(process);
        if (left != null) {
            List.copyOf(left).forEach(ownership -> end(ownership, at));
        }
    }

    private void add(Kind kind, ObservedTime at, Ownership ownership, long socketId) {
        events.add(new FlowEvent(
                kind, at, socketId, IpHelperSocketTable.NETNS, ownership.tuple, ownership.state, ownership.owner));
    }

    /** What has changed since the last call. */
    List<FlowEvent> takeEvents() {
        List<FlowEvent> taken = events;
        events = new ArrayList<>();
        return taken;
    }

    /** Closes of which no open was known, such as of sockets that opened and closed before the snapshot. */
    long unknownCloses() {
        return unknownCloses;
    }
}
