package io.pidcap.protocol.wire;

/** The peer broke the rules of the pipe, or refused us; the message says how. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }

    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
