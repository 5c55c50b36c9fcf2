package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.AddressBits;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.PacketEndpoints.Direction;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.TransportProtocol;

/**
 * Finds the owners of a packet. Both ends are asked, each as the local end of a flow: over loopback both have an owner.
 *
 * <p>An exact five-tuple wins over a bound or listening port, an address over the wildcard, the capture's own network
 * namespace over others. A wildcard fits only the host's own addresses, so that a server here on port 443 does not get
 * the packets of a browser here to some other host's port 443.
 */
public final class Attributor {
    private final OwnershipIndex index;
    private final LocalAddresses addresses;

    public Attributor(FlowTimeline timeline) {
        this.index = timeline.index();
        this.addresses = timeline.addresses();
    }

    /**
     * Attributes one packet. Makes no objects.
     *
     * @param packet complete: a later fragment has the ports of its first
     * @param monotonicNanos before the watermark by at least {@link #lookaheadNanos}, or the answer may be too early
     */
    public void attribute(PacketEndpoints packet, long monotonicNanos, Attribution into) {
        UnknownCause cause = packet.cause();
        if (cause != null) {
            into.unknown(cause);
            return;
        }
        into.begin(monotonicNanos);
        into.border(addresses.changedMonotonicNanos());
        boolean toGroup = isToGroup(packet, monotonicNanos);
        matchExact(packet, toGroup, monotonicNanos, into);
        if (packet.sourceCanOwn() && needsBound(into.source)) {
            matchSource(packet, monotonicNanos, into.source);
        }
        if (packet.destinationCanOwn() && (toGroup || needsBound(into.destination))) {
            matchDestination(packet, toGroup, monotonicNanos, into.destination);
        }
        into.finish(packet);
    }

    /** How far behind a packet's time events can change its owner. */
    public static long lookaheadNanos() {
        return FlowInterval.HEAD_NANOS;
    }

    private static boolean needsBound(OwnerMatch match) {
        return match.tier().compareTo(MatchTier.TCP_TAIL) < 0;
    }

    /** Every socket gets a copy of it: multicast, 255.255.255.255, or a broadcast of a network as the link layer shows. */
    private boolean isToGroup(PacketEndpoints packet, long monotonicNanos) {
        long high = packet.destinationHigh();
        long low = packet.destinationLow();
        return AddressBits.isMulticast(high, low)
                || AddressBits.isLimitedBroadcast(high, low)
                || (packet.linkGroup() && AddressBits.isIpv4(high, low) && !addresses.isOwn(high, low, monotonicNanos));
    }

    private void matchExact(PacketEndpoints packet, boolean toGroup, long monotonicNanos, Attribution into) {
        FlowInterval interval = index.connected()
                .chain(
                        packet.protocol(),
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        packet.sourcePort(),
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet.destinationPort());
        for (; interval != null; interval = interval.next) {
            if (interval.protocol() != packet.protocol()) {
                continue;
            }
            if (packet.sourceCanOwn() && isLocalAtSource(interval, packet)) {
                offerExact(interval, packet, monotonicNanos, into.source);
            }
            if (packet.destinationCanOwn() && isLocalAtDestination(interval, packet)) {
                if (toGroup) {
                    offerToGroup(interval, monotonicNanos, into.destination);
                } else {
                    offerExact(interval, packet, monotonicNanos, into.destination);
                }
            }
        }
    }

    private static boolean isLocalAtSource(FlowInterval interval, PacketEndpoints packet) {
        return interval.localPort() == packet.sourcePort()
                && interval.remotePort() == packet.destinationPort()
                && interval.localLow == packet.sourceLow()
                && interval.remoteLow == packet.destinationLow()
                && interval.localHigh == packet.sourceHigh()
                && interval.remoteHigh == packet.destinationHigh();
    }

    private static boolean isLocalAtDestination(FlowInterval interval, PacketEndpoints packet) {
        return interval.localPort() == packet.destinationPort()
                && interval.remotePort() == packet.sourcePort()
                && interval.localLow == packet.destinationLow()
                && interval.remoteLow == packet.sourceLow()
                && interval.localHigh == packet.destinationHigh()
                && interval.remoteHigh == packet.sourceHigh();
    }

    private static void offerExact(
            FlowInterval interval, PacketEndpoints packet, long monotonicNanos, OwnerMatch match) {
        // 127.0.0.1 of another namespace is not the one that is captured here.
        if (interval.isElsewhere() && interval.hasLoopbackEnd()) {
            return;
        }
        match.dependsOn(interval);
        if (interval.isLiveAt(monotonicNanos)) {
            match.offer(interval.isElsewhere() ? MatchTier.EXACT_ELSEWHERE : MatchTier.EXACT, interval, 0);
        } else if (interval.isTailAt(monotonicNanos)) {
            if (packet.protocol() != TransportProtocol.TCP) {
                match.offer(MatchTier.TAIL, interval, interval.until);
            } else if (!packet.opensTcp()) {
                match.offer(MatchTier.TCP_TAIL, interval, interval.until);
            }
        } else if (interval.isHeadAt(monotonicNanos)) {
            match.offer(MatchTier.HEAD, interval, -interval.from);
        }
    }

    private static void offerToGroup(FlowInterval interval, long monotonicNanos, OwnerMatch match) {
        match.dependsOn(interval);
        if (!interval.isElsewhere() && interval.isLiveAt(monotonicNanos)) {
            match.offer(MatchTier.BOUND_WILDCARD, interval, 0);
        }
    }

    private void matchSource(PacketEndpoints packet, long monotonicNanos, OwnerMatch match) {
        long high = packet.sourceHigh();
        long low = packet.sourceLow();
        // A host that has no address yet sends from 0.0.0.0 (RFC 2131), and so do its neighbours.
        boolean unspecified = AddressBits.isUnspecified(high, low);
        if (unspecified && packet.direction() != Direction.OUTGOING) {
            return;
        }
        matchBound(packet.protocol(), high, low, packet.sourcePort(), unspecified, monotonicNanos, match);
    }

    private void matchDestination(PacketEndpoints packet, boolean toGroup, long monotonicNanos, OwnerMatch match) {
        long high = packet.destinationHigh();
        long low = packet.destinationLow();
        int port = packet.destinationPort();
        if (!toGroup) {
            matchBound(packet.protocol(), high, low, port, false, monotonicNanos, match);
            return;
        }
        // As Linux delivers them (__udp_is_mcast_sock): to sockets bound to the group or to no address at all. TCP has
        // no groups.
        if (packet.protocol() == TransportProtocol.TCP || isPortMissing(packet.protocol(), port)) {
            return;
        }
        offerAllToGroup(packet.protocol(), high, low, port, monotonicNanos, match);
        offerAllToGroup(packet.protocol(), 0, 0, port, monotonicNanos, match);
    }

    private void offerAllToGroup(int protocol, long high, long low, int port, long monotonicNanos, OwnerMatch match) {
        FlowInterval interval = index.bound().chain(protocol, high, low, port, 0, 0, 0);
        for (; interval != null; interval = interval.next) {
            if (isBoundTo(interval, protocol, high, low, port)) {
                offerToGroup(interval, monotonicNanos, match);
            }
        }
    }

    private void matchBound(
            int protocol, long high, long low, int port, boolean assumeLocal, long monotonicNanos, OwnerMatch match) {
        if (isPortMissing(protocol, port)) {
            return;
        }
        offerBound(protocol, high, low, port, assumeLocal, monotonicNanos, match);
        boolean isIcmp = protocol == TransportProtocol.ICMP || protocol == TransportProtocol.ICMPV6;
        if (match.isEmpty() && isIcmp && port != 0) {
            // No ping socket of this identifier: perhaps a raw socket.
            offerBound(protocol, high, low, 0, assumeLocal, monotonicNanos, match);
        }
    }

    private void offerBound(
            int protocol, long high, long low, int port, boolean assumeLocal, long monotonicNanos, OwnerMatch match) {
        FlowInterval interval = index.bound().chain(protocol, high, low, port, 0, 0, 0);
        for (; interval != null; interval = interval.next) {
            if (isBoundTo(interval, protocol, high, low, port) && !interval.isLocalAny()) {
                offerLocal(interval, MatchTier.BOUND_ADDRESS, monotonicNanos, match);
            }
        }
        boolean ownAddress = assumeLocal || addresses.isOwn(high, low, monotonicNanos);
        interval = index.bound().chain(protocol, 0, 0, port, 0, 0, 0);
        for (; interval != null; interval = interval.next) {
            if (isBoundTo(interval, protocol, 0, 0, port)
                    && (interval.isElsewhere()
                            ? addresses.isIn(interval.namespace, high, low, monotonicNanos)
                                    && !AddressBits.isLoopback(high, low)
                            : ownAddress)) {
                offerLocal(interval, MatchTier.BOUND_WILDCARD, monotonicNanos, match);
            }
        }
    }

    private static void offerLocal(FlowInterval interval, MatchTier tier, long monotonicNanos, OwnerMatch match) {
        if (interval.isElsewhere() && interval.hasLoopbackEnd()) {
            return;
        }
        match.dependsOn(interval);
        if (interval.isLiveAt(monotonicNanos)) {
            boolean tcpBound = interval.protocol() == TransportProtocol.TCP && !interval.isListening();
            MatchTier live = tcpBound ? MatchTier.TCP_BOUND : interval.isElsewhere() ? MatchTier.BOUND_ELSEWHERE : tier;
            match.offer(live, interval, 0);
        } else if (interval.isTailAt(monotonicNanos)) {
            match.offer(MatchTier.BOUND_TAIL, interval, interval.until);
        } else if (interval.isHeadAt(monotonicNanos)) {
            match.offer(MatchTier.HEAD, interval, -interval.from);
        }
    }

    private static boolean isBoundTo(FlowInterval interval, int protocol, long high, long low, int port) {
        return interval.localPort() == port
                && interval.localLow == low
                && interval.localHigh == high
                && interval.protocol() == protocol;
    }

    /** Port 0 of a protocol with ports is nobody's. */
    private static boolean isPortMissing(int protocol, int port) {
        return port == 0 && TransportProtocol.hasPorts(protocol);
    }
}
