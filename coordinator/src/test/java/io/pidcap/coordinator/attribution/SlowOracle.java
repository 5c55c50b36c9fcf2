package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Attribution as one would write it to be sure: everything that ever was is kept in a list and looked through for each
 * question, rule by rule. For events in the order of their times.
 */
final class SlowOracle {
    private static final class Owned {
        final long socket;
        final long netns;
        final FiveTuple tuple;
        final SocketState state;
        final int pid;
        final long from;
        long until = Long.MAX_VALUE;
        boolean tail;

        Owned(long socket, long netns, FiveTuple tuple, SocketState state, int pid, long from) {
            this.socket = socket;
            this.netns = netns;
            this.tuple = tuple;
            this.state = state;
            this.pid = pid;
            this.from = from;
        }

        boolean open() {
            return until == Long.MAX_VALUE;
        }

        boolean live(long at) {
            return from <= at && at < until;
        }

        boolean tail(long at) {
            long length = tuple.protocol() == TransportProtocol.TCP
                    ? FlowInterval.TCP_TAIL_NANOS
                    : FlowInterval.DATAGRAM_TAIL_NANOS;
            boolean hasTail = tail
                    && state != SocketState.LISTENING
                    && (tuple.protocol() != TransportProtocol.TCP || state == SocketState.CONNECTED);
            return hasTail && until <= at && at < until + length;
        }

        boolean head(long at) {
            return at < from && from <= at + FlowInterval.HEAD_NANOS && from < until;
        }
    }

    private final List<Owned> all = new ArrayList<>();
    private final long own;
    private final Set<LocalAddress> addresses;

    SlowOracle(long own, List<LocalAddress> addresses) {
        this.own = own;
        this.addresses = new HashSet<>(addresses);
    }

    void apply(FlowEvent event) {
        long at = event.observed().monotonicNanos();
        int pid = event.owner().pid();
        List<Owned> open = all.stream()
                .filter(o -> o.open() && o.socket == event.socketId())
                .toList();
        switch (event.kind()) {
            case OPENED, OWNER_JOINED -> {
                Set<Integer> pids = new HashSet<>(open.stream().map(o -> o.pid).toList());
                if (pids.add(pid)) {
                    Set<List<Object>> seen = new HashSet<>();
                    for (Owned o : open) {
                        if (seen.add(List.of(o.tuple, o.state))) {
                            add(new Owned(o.socket, o.netns, o.tuple, o.state, pid, at));
                        }
                    }
                }
                if (open.stream().noneMatch(o -> o.tuple.equals(event.tuple()) && o.state == event.state())) {
                    for (int each : pids) {
                        add(new Owned(event.socketId(), event.netnsId(), event.tuple(), event.state(), each, at));
                    }
                }
            }
            case OWNER_LEFT -> open.stream().filter(o -> o.pid == pid).forEach(o -> o.until = at);
            case CLOSED ->
                open.forEach(o -> {
                    o.until = at;
                    o.tail = true;
                });
        }
    }

    private void add(Owned added) {
        if (added.state == SocketState.CONNECTED) {
            for (Owned o : all) {
                if (o.socket != added.socket
                        && o.netns == added.netns
                        && o.tuple.equals(added.tuple)
                        && o.state == SocketState.CONNECTED
                        && o.until > added.from) {
                    o.until = added.from;
                    o.tail = false;
                }
            }
        }
        all.add(added);
    }

    /** Of the packet's end {@code local}; nobody else's socket was connected to a group in these histories. */
    Set<Integer> owners(int protocol, Endpoint local, Endpoint remote, boolean opensTcp, long at) {
        boolean tcp = protocol == TransportProtocol.TCP;
        FiveTuple exact = new FiveTuple(protocol, local, remote);
        FiveTuple bound = new FiveTuple(protocol, local, Endpoint.NONE);
        FiveTuple wildcard = new FiveTuple(protocol, new Endpoint(IpAddress.ANY, local.port()), Endpoint.NONE);
        Predicate<Owned> here = o -> o.netns == own;
        Predicate<Owned> mayMatchAway = o -> here.test(o) || !local.address().isLoopback();
        Predicate<Owned> isExact = o -> o.tuple.equals(exact) && mayMatchAway.test(o);
        Predicate<Owned> isBound = o -> o.tuple.equals(bound) && mayMatchAway.test(o);
        Predicate<Owned> isWildcard = o -> o.tuple.equals(wildcard)
                && mayMatchAway.test(o)
                && ((here.test(o) && local.address().isLoopback())
                        || addresses.contains(new LocalAddress(o.netns, local.address())));
        Predicate<Owned> active = o -> !tcp || o.state == SocketState.LISTENING;
        Predicate<Owned> live = o -> o.live(at);
        Predicate<Owned> tail = o -> o.tail(at);

        List<Set<Integer>> rules = List.of(
                pids(isExact.and(live).and(here)),
                pids(isExact.and(live)),
                tcp && !opensTcp ? latest(isExact.and(tail)) : Set.of(),
                pids(isBound.and(live).and(here).and(active)),
                pids(isWildcard.and(live).and(here).and(active)),
                pids(isBound.or(isWildcard).and(live).and(active)),
                pids(isBound.or(isWildcard).and(live)),
                tcp ? Set.of() : latest(isExact.and(tail)),
                latest(isBound.or(isWildcard).and(tail)),
                soonest(isExact.or(isBound).or(isWildcard), at));
        return rules.stream().filter(pids -> !pids.isEmpty()).findFirst().orElse(Set.of());
    }

    private Set<Integer> pids(Predicate<Owned> condition) {
        return new TreeSet<>(all.stream().filter(condition).map(o -> o.pid).toList());
    }

    private Set<Integer> latest(Predicate<Owned> condition) {
        long until =
                all.stream().filter(condition).mapToLong(o -> o.until).max().orElse(0);
        return pids(condition.and(o -> o.until == until));
    }

    private Set<Integer> soonest(Predicate<Owned> condition, long at) {
        Predicate<Owned> head = condition.and(o -> o.head(at));
        long from = all.stream().filter(head).mapToLong(o -> o.from).min().orElse(0);
        return pids(head.and(o -> o.from == from));
    }
}
