package io.pidcap.protocol.model;

/**
 * A flow as the host that owns its socket sees it. Over loopback the two ends of a connection are two flows.
 *
 * @param protocol an IP protocol number, see {@link TransportProtocol}
 * @param remote {@link Endpoint#NONE} for a socket that is bound or listening only
 */
public record FiveTuple(int protocol, Endpoint local, Endpoint remote) {
    public boolean isConnected() {
        return !remote.equals(Endpoint.NONE);
    }

    @Override
    public String toString() {
        return TransportProtocol.name(protocol) + " " + local + (isConnected() ? " > " + remote : "");
    }
}
