package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.host.HostException;
import io.pidcap.host.linux.bpf.KnownSocket.Ownership;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is known of sockets with a survey, after records were lost, and tells the difference: what nobody told of
 * began when the records began to be lost, what is gone ended at the survey. So a packet of that time is rather kept than
 * lost.
 *
 * <p>The survey is later than every record that was read. A socket of which the survey shows more than the records is
 * told at once; where its record is still to come it says nothing new then.
 */
final class SocketCorrection {
    private static final Logger log = LoggerFactory.getLogger(SocketCorrection.class);

    private final SocketTracker sockets;
    private final EventTimes times;
    private final long ownNetnsId;
    private final ObservedTime since;
    private final long surveyedNanos;

    /**
     * @param since up to here all records were read
     * @param surveyedNanos when the survey began
     */
    SocketCorrection(SocketTracker sockets, EventTimes times, long ownNetnsId, ObservedTime since, long surveyedNanos) {
        this.sockets = sockets;
        this.times = times;
        this.ownNetnsId = ownNetnsId;
        this.since = since;
        this.surveyedNanos = surveyedNanos;
    }

    /** @param processOf who a pid is */
    void apply(List<HeldSocket> held, Function<Integer, KnownProcess> processOf) {
        Map<Long, List<HeldSocket>> byCookie = new LinkedHashMap<>();
        held.forEach(one -> byCookie.computeIfAbsent(one.cookie(), cookie -> new ArrayList<>(1))
                .add(one));
        List<KnownSocket> unheld = sockets.all().stream()
                .filter(socket -> !byCookie.containsKey(socket.cookie))
                .toList();
        byCookie.forEach((cookie, entries) -> {
            List<KnownProcess> holders = entries.stream()
                    .map(HeldSocket::tgid)
                    .distinct()
                    .map(processOf)
                    .toList();
            compare(entries.get(0), holders);
        });
        closeAbsent(unheld);
    }

    private void compare(HeldSocket held, List<KnownProcess> holders) {
        SocketState state = held.state();
        KnownSocket socket = sockets.find(held.cookie());
        if (socket == null) {
            // One that owns nothing yet is told with its first tuple.
            if (state == null) {
                return;
            }
            socket = sockets.add(held);
        }
        compareOwners(socket, holders);
        if (state != null) {
            Ownership owned = new Ownership(held.tuple(), state);
            if (socket.own(owned)) {
                sockets.tellOpened(socket, owned, times.of(since.monotonicNanos()));
            }
        }
    }

    private void compareOwners(KnownSocket socket, List<KnownProcess> holders) {
        boolean wasOwned = !socket.owners().isEmpty();
        boolean isHeldByOwner = socket.owners().stream().anyMatch(holders::contains);
        // What one process has taken over from those that share a listener is not theirs, though they may have it open.
        if (!(socket.accepted && isHeldByOwner)) {
            for (KnownProcess holder : holders) {
                if (!socket.owners().contains(holder)) {
                    sockets.join(socket, holder);
                    if (wasOwned) {
                        sockets.tellLast(Kind.OWNER_JOINED, times.of(since.monotonicNanos()), socket, holder);
                    }
                }
            }
        }
        if (!wasOwned) {
            for (Ownership untold : socket.takeUntold()) {
                sockets.tellOpened(socket, untold, times.of(since.monotonicNanos()));
            }
        }
        for (KnownProcess owner : List.copyOf(socket.owners())) {
            if (!holders.contains(owner)) {
                sockets.leave(socket, owner, times.of(surveyedNanos));
            }
        }
    }

    /** What no process has among its descriptors may be on its way to one, or not accepted yet. */
    private void closeAbsent(List<KnownSocket> unheld) {
        Map<Long, Set<Long>> openByNetns = new HashMap<>();
        for (KnownSocket socket : unheld) {
            Set<Long> open = openByNetns.computeIfAbsent(socket.netnsId, netnsId -> openIn(netnsId, socket));
            if (!open.contains(socket.cookie)) {
                sockets.closed(socket.cookie, null, surveyedNanos);
            }
        }
    }

    /** Empty where the namespace cannot be looked into: with its last process its sockets have gone, too. */
    private Set<Long> openIn(long netnsId, KnownSocket example) {
        if (netnsId == ownNetnsId) {
            return SocketDiag.openCookies();
        }
        for (KnownProcess owner : example.owners()) {
            if (!owner.exited) {
                try {
                    return NetworkNamespace.inside(
                            owner.identity.pid(),
                            () -> NetworkNamespace.currentCookie() == netnsId ? SocketDiag.openCookies() : Set.of());
                } catch (HostException e) {
                    log.debug("the namespace of pid {} cannot be asked", owner.identity.pid(), e);
                }
            }
        }
        return Set.of();
    }
}
