package io.pidcap.coordinator.attribution;

/**
 * How well an interval fits one end of a packet, the worst first. Only intervals of the best tier own the packet.
 *
 * <p>The tail of a TCP flow stands above listeners, because the kernel looks in the same order: what is left of a
 * connection gets its segments before a listener of the port does, unless they open a new connection. Of datagram
 * sockets nothing is left after the close, so their tail stands below whoever lives.
 */
enum MatchTier {
    NONE,
    /** The flow begins within {@link FlowInterval#HEAD_NANOS}. */
    HEAD,
    BOUND_TAIL,
    TAIL,
    /** A TCP socket between bind and connect, which sends and receives nothing as far as we know. */
    TCP_BOUND,
    BOUND_ELSEWHERE,
    BOUND_WILDCARD,
    BOUND_ADDRESS,
    TCP_TAIL,
    EXACT_ELSEWHERE,
    EXACT
}
