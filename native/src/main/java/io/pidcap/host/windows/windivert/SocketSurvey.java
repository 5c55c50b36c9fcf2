package io.pidcap.host.windows.windivert;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out that events were lost, which WinDivert tells nobody: a socket that two looks at the tables of IP Helper show one
 * after the other while no event told of it, or one that a look has shown, two do not show any more, and nobody closed.
 *
 * <p>The looks are far enough apart that all events of before the first are known at the second.
 */
final class SocketSurvey {
    /** By what a row and an event are taken for the same: their local addresses may differ. */
    record Trace(int protocol, int localPort, Endpoint remote, int pid) {
        static Trace of(SocketEntry socket) {
            return of(
                    socket.tuple().protocol(),
                    socket.tuple().local(),
                    socket.tuple().remote(),
                    socket.owners().get(0).pid());
        }

        static Trace of(Ownership ownership) {
            return of(
                    ownership.tuple.protocol(),
                    ownership.tuple.local(),
                    ownership.tuple.remote(),
                    ownership.owner.pid());
        }

        private static Trace of(int protocol, Endpoint local, Endpoint remote, int pid) {
            return new Trace(protocol, local.port(), protocol == TransportProtocol.TCP ? remote : Endpoint.NONE, pid);
        }
    }

    /**
     * What differs.
     *
     * @param opened of which no event told
     * @param closed of whose close no event told
     */
    record Missed(List<SocketEntry> opened, List<Ownership> closed) {
        long events() {
            return (long) opened.size() + closed.size();
        }
    }

    /** Rows of the last look that an event or the snapshot told of at some time: what is closed may stay listed. */
    private Set<Long> explained = new HashSet<>();

    private Set<Long> unexplained = new HashSet<>();

    /** Sockets that a look has shown. */
    private Set<Ownership> seen = new HashSet<>();

    private Set<Ownership> unseen = new HashSet<>();

    /** What was closed between the last two looks. */
    private Set<Trace> closedBefore = Set.of();

    /**
     * To be called with each look, when the events of before it are known but for the last of them.
     *
     * @param rows of the look
     * @param owned what is owned by the events
     * @param closedSince the last call
     */
    Missed compare(Map<Long, SocketEntry> rows, Collection<Ownership> owned, Set<Trace> closedSince) {
        return new Missed(opened(rows, owned, closedSince), closed(rows, owned));
    }

    private List<SocketEntry> opened(Map<Long, SocketEntry> rows, Collection<Ownership> owned, Set<Trace> closedSince) {
        Set<Trace> known = new HashSet<>(closedSince);
        known.addAll(closedBefore);
        closedBefore = Set.copyOf(closedSince);
        owned.forEach(ownership -> known.add(Trace.of(ownership)));
        List<SocketEntry> missed = new ArrayList<>();
        Set<Long> nowExplained = new HashSet<>();
        Set<Long> nowUnexplained = new HashSet<>();
        rows.forEach((id, socket) -> {
            if (explained.contains(id) || known.contains(Trace.of(socket))) {
                nowExplained.add(id);
            } else if (unexplained.contains(id)) {
                nowExplained.add(id);
                missed.add(socket);
            } else {
                nowUnexplained.add(id);
            }
        });
        explained = nowExplained;
        unexplained = nowUnexplained;
        return missed;
    }

    private List<Ownership> closed(Map<Long, SocketEntry> rows, Collection<Ownership> owned) {
        Set<Trace> listed = new HashSet<>();
        rows.values().forEach(socket -> listed.add(Trace.of(socket)));
        Set<Ownership> nowSeen = new HashSet<>();
        Set<Ownership> nowUnseen = new HashSet<>();
        List<Ownership> missed = new ArrayList<>();
        for (Ownership ownership : owned) {
            if (listed.contains(Trace.of(ownership))) {
                nowSeen.add(ownership);
            } else if (unseen.contains(ownership)) {
                missed.add(ownership);
            } else if (seen.contains(ownership)) {
                nowUnseen.add(ownership);
            }
        }
        seen = nowSeen;
        unseen = nowUnseen;
        return missed;
    }
}
