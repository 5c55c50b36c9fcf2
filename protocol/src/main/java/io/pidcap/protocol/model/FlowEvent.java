package io.pidcap.protocol.model;

/**
 * A change of who owns what. Events of one socket arrive in the order in which they happened.
 *
 * @param observed when it happened; a source that polls gives, for what began, the instant of its last look that did
 *     not show it, and for what ended the first look that no longer did
 * @param socketId see {@link SocketEntry#socketId}
 * @param tuple for {@link Kind#OPENED} what the socket owns from now on, beside what it owned before (a bound socket
 *     that connects owns both); for the other kinds the last one known
 * @param state what {@code tuple} means
 * @param owner the process that gains ({@link Kind#OPENED}, {@link Kind#OWNER_JOINED}) or loses ({@link
 *     Kind#OWNER_LEFT}) it; for {@link Kind#CLOSED} the last one that had it
 */
public record FlowEvent(
        Kind kind,
        ObservedTime observed,
        long socketId,
        long netnsId,
        FiveTuple tuple,
        SocketState state,
        ProcessIdentity owner) {

    /** What happened to the socket. */
    public enum Kind {
        /** The socket owns {@code tuple}, and {@code owner} the socket. */
        OPENED,
        /** One more process has the socket: fork, a passed descriptor. */
        OWNER_JOINED,
        /** A process closed it while others still have it. */
        OWNER_LEFT,
        /** The last one closed it: everything that the socket owned ends, but for the tail of a TCP flow. */
        CLOSED
    }
}
