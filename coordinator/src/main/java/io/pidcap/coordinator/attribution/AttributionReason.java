package io.pidcap.coordinator.attribution;

/** Why a packet is taken to be a process's. */
public enum AttributionReason {
    /** An event said that the process owns the five-tuple or the bound port. */
    SOCKET_EVENT("socket event"),
    /** The same, from a snapshot of the socket tables. */
    SNAPSHOT("snapshot"),
    /** The process listens on the port; the accepted socket was not there yet. */
    LISTENER("listener"),
    /** More than one process owns that end. */
    SHARED_PORT("shared port"),
    /** It is an ICMP error, and the process owned the packet that it quotes. */
    QUOTED("quoted"),
    /** It is a later fragment of a datagram whose first fragment was the process's. */
    FRAGMENT("fragment"),
    /** The socket had been closed a short time before and nobody owned the tuple anew. */
    TAIL("tail"),
    /** The socket is in another network namespace than the capture. */
    OTHER_NAMESPACE("other namespace");

    private final String text;

    AttributionReason(String text) {
        this.text = text;
    }

    /** For files; does not change. */
    public String word() {
        return text.replace(' ', '_');
    }

    /** For people. */
    @Override
    public String toString() {
        return text;
    }
}
