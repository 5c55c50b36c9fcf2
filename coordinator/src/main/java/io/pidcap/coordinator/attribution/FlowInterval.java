package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.AddressBits;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import org.jspecify.annotations.Nullable;

/**
 * One process owned one five-tuple, or one local endpoint, during {@code [from, until)}.
 *
 * <p>There may be a million of these: the tuple is held in primitives, the flags in one byte, and the two lists that an
 * interval is in run through it ({@link #next} in {@link IntervalTable}, {@link #nextOfSocket} in {@link
 * TrackedSocket}).
 */
final class FlowInterval {
    /** The value of {@link #until} while it goes on. */
    static final long OPEN = Long.MAX_VALUE;
    /** The value of {@link #from} if it began before we looked. */
    static final long ALWAYS = Long.MIN_VALUE;

    /**
     * A closed TCP flow still sends and answers: data that close() left in the send queue, FIN, TIME_WAIT. Linux keeps
     * TIME_WAIT for 60 s (TCP_TIMEWAIT_LEN), and it begins some round trips after the close.
     */
    static final long TCP_TAIL_NANOS = 65_000_000_000L;

    /**
     * A datagram that was sent just before the close may wait in the interface's queue and pass the capture after it,
     * and an answer that comes a moment too late still belongs to the conversation. A new owner of the port ends this.
     */
    static final long DATAGRAM_TAIL_NANOS = 1_000_000_000L;

    /**
     * Event and packet are stamped at different places and by two clocks that are related by readings; the first packet
     * of a flow may seem to precede the event that opened it. Only counts where nobody else owned the tuple.
     */
    static final long HEAD_NANOS = 2_000_000L;

    private static final int CONNECTED = 1;
    private static final int LISTENING = 2;
    private static final int FROM_SNAPSHOT = 4;
    private static final int TAIL = 8;
    private static final int COUNTED = 16;
    private static final int ELSEWHERE = 32;
    private static final int SUPERSEDED = 64;

    final long localHigh;
    final long localLow;
    final long remoteHigh;
    final long remoteLow;
    long from;
    long until = OPEN;
    final int namespace;
    private final char localPort;
    private final char remotePort;
    private final byte protocol;
    private byte flags;
    final TrackedProcess owner;

    @Nullable
    TrackedSocket socket;

    @Nullable
    FlowInterval next;

    @Nullable
    FlowInterval nextOfSocket;

    FlowInterval(
            FiveTuple tuple, SocketState state, int namespace, TrackedProcess owner, long from, boolean fromSnapshot) {
        IpAddress local = tuple.local().address();
        IpAddress remote = tuple.remote().address();
        localHigh = local.high();
        localLow = local.low();
        localPort = (char) tuple.local().port();
        remoteHigh = remote.high();
        remoteLow = remote.low();
        remotePort = (char) tuple.remote().port();
        protocol = (byte) tuple.protocol();
        this.namespace = namespace;
        this.owner = owner;
        this.from = from;
        int bits = state == SocketState.CONNECTED ? CONNECTED : state == SocketState.LISTENING ? LISTENING : 0;
        bits |= fromSnapshot ? FROM_SNAPSHOT : 0;
        bits |= namespace == Namespaces.OWN ? 0 : ELSEWHERE;
        flags = (byte) bits;
    }

    int protocol() {
        return protocol & 0xff;
    }

    int localPort() {
        return localPort;
    }

    int remotePort() {
        return remotePort;
    }

    boolean isConnected() {
        return (flags & CONNECTED) != 0;
    }

    boolean isListening() {
        return (flags & LISTENING) != 0;
    }

    boolean isFromSnapshot() {
        return (flags & FROM_SNAPSHOT) != 0;
    }

    /** In another network namespace than the capture. */
    boolean isElsewhere() {
        return (flags & ELSEWHERE) != 0;
    }

    boolean hasLoopbackEnd() {
        return AddressBits.isLoopback(localHigh, localLow);
    }

    boolean isLocalAny() {
        return AddressBits.isUnspecified(localHigh, localLow);
    }

    boolean isOpen() {
        return until == OPEN;
    }

    boolean isLiveAt(long monotonicNanos) {
        return from <= monotonicNanos && monotonicNanos < until;
    }

    boolean isTailAt(long monotonicNanos) {
        return monotonicNanos >= until && monotonicNanos - until < tailNanos();
    }

    boolean isHeadAt(long monotonicNanos) {
        return monotonicNanos < from && from - monotonicNanos <= HEAD_NANOS && (from < until || tailNanos() > 0);
    }

    /** How long it is still answered for after {@link #until}; 0 while it goes on. */
    long tailNanos() {
        // A listener has none: to a closed one the kernel itself answers.
        if ((flags & TAIL) == 0 || isListening()) {
            return 0;
        }
        if (protocol() != TransportProtocol.TCP) {
            return DATAGRAM_TAIL_NANOS;
        }
        return isConnected() ? TCP_TAIL_NANOS : 0;
    }

    boolean hasLongTail() {
        return tailNanos() == TCP_TAIL_NANOS;
    }

    boolean isSuperseded() {
        return (flags & SUPERSEDED) != 0;
    }

    /** Nothing asks for its tail any more: see {@link EndedIntervals}. */
    void markSuperseded() {
        flags |= SUPERSEDED;
    }

    /** Ends it, or lets it end earlier; never later. */
    void endAt(long monotonicNanos, boolean withTail) {
        if (isOpen() && withTail) {
            flags |= TAIL;
        }
        until = Math.max(from, Math.min(until, monotonicNanos));
    }

    /** Somebody else owned the tuple from then on: nothing of it is left. */
    void cutAt(long monotonicNanos) {
        flags &= ~TAIL;
        until = Math.max(from, Math.min(until, monotonicNanos));
    }

    /** True the first time. */
    boolean markCounted() {
        boolean first = (flags & COUNTED) == 0;
        flags |= COUNTED;
        return first;
    }

    boolean hasTuple(FiveTuple tuple) {
        return protocol() == tuple.protocol()
                && hasEnd(tuple.local(), localHigh, localLow, localPort)
                && hasEnd(tuple.remote(), remoteHigh, remoteLow, remotePort);
    }

    private static boolean hasEnd(Endpoint end, long high, long low, int port) {
        return end.port() == port && end.address().low() == low && end.address().high() == high;
    }

    boolean hasTupleOf(FlowInterval other) {
        return protocol == other.protocol
                && localPort == other.localPort
                && remotePort == other.remotePort
                && localLow == other.localLow
                && remoteLow == other.remoteLow
                && localHigh == other.localHigh
                && remoteHigh == other.remoteHigh;
    }

    FiveTuple tuple() {
        return new FiveTuple(
                protocol(),
                new Endpoint(new IpAddress(localHigh, localLow), localPort),
                new Endpoint(new IpAddress(remoteHigh, remoteLow), remotePort));
    }

    SocketState state() {
        return isConnected() ? SocketState.CONNECTED : isListening() ? SocketState.LISTENING : SocketState.BOUND;
    }

    @Override
    public String toString() {
        return tuple() + " of " + owner + " [" + from + ", " + (isOpen() ? "open" : until) + ")";
    }
}
