package io.pidcap.protocol.model;

/**
 * One end of a flow.
 *
 * @param port 0 to 65535; 0 is "none": not bound yet, or a protocol without ports
 */
public record Endpoint(IpAddress address, int port) {
    /** No address and no port: the remote end of a socket that is not connected. */
    public static final Endpoint NONE = new Endpoint(IpAddress.ANY, 0);

    public Endpoint {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not in 0..65535");
        }
    }

    /** Whether it is {@link #NONE}. */
    public boolean isNone() {
        return port == 0 && address.isAny();
    }

    @Override
    public String toString() {
        String portText = port == 0 ? "*" : Integer.toString(port);
        boolean bracketed = !address.isIpv4() && !address.isAny();
        return bracketed ? "[" + address + "]:" + portText : address + ":" + portText;
    }
}
