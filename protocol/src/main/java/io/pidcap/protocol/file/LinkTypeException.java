package io.pidcap.protocol.file;

/** A file of this format cannot hold packets of these link types together; the message says of which, and what to do. */
public final class LinkTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    LinkTypeException(String message) {
        super(message);
    }
}
