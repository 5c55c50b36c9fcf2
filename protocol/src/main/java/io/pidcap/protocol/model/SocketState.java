package io.pidcap.protocol.model;

/** What a socket's five-tuple means. */
public enum SocketState {
    /** It has a local end only: UDP, raw, or TCP between bind and connect. */
    BOUND,
    /** A TCP listener: it owns packets to its port until the accepted socket is known. */
    LISTENING,
    /** It has both ends, from the first SYN on (or UDP connected to a peer). */
    CONNECTED
}
