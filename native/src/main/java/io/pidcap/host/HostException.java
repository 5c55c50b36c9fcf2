package io.pidcap.host;

import java.util.Objects;

/**
 * The operating system, or a library of it, said no.
 *
 * <p>The message is one line: operation, object, the system's words and number, such as {@code open eth0 for capture:
 * Operation not permitted (1)}. The hint is what the user can do, or empty.
 */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of no; maps one to one to the wire's {@code FailureCode}. */
    public enum Code {
        NO_PRIVILEGE,
        NOT_SUPPORTED,
        NO_SUCH_INTERFACE,
        INTERFACE_DOWN,
        BAD_FILTER,
        LIBRARY_MISSING,
        IO,
        DISK_FULL,
        DEVICE_LOST
    }

    private final Code code;
    private final String hint;

    public HostException(Code code, String message, String hint) {
        super(message);
        this.code = code;
        this.hint = hint;
    }

    public HostException(Code code, String message, String hint, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.hint = hint;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage(), "given to the constructor");
    }

    public Code code() {
        return code;
    }

    public String hint() {
        return hint;
    }
}
