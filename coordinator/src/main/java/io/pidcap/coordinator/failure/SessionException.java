package io.pidcap.coordinator.failure;

import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.protocol.file.LinkTypeException;
import io.pidcap.protocol.v1.FailureCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Something that a person must be told: what failed and why in the message, what to do in the hint. */
public final class SessionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of failure it is; the command line maps each to an exit code. */
    public enum Kind {
        FAILURE,
        USAGE,
        NO_PERMISSION,
        NOT_FOUND,
        OUTPUT,
        /** It takes nothing more, or the session's directory on it is gone. */
        DISK_FULL,
        WORKER_LOST,
        NOT_SUPPORTED
    }

    private final Kind kind;
    private final String hint;

    /**
     * @param message one line
     * @param hint one clause; may be empty
     */
    public SessionException(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    public SessionException(Kind kind, String message, String hint, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.hint = hint;
    }

    /** The message: one line, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }

    public Kind kind() {
        return kind;
    }

    public String hint() {
        return hint;
    }

    /** Of what a worker reported. */
    public static SessionException of(WorkerFailure failure) {
        Kind kind = switch (failure.code()) {
            case FAILURE_CODE_NO_PRIVILEGE -> Kind.NO_PERMISSION;
            case FAILURE_CODE_NOT_SUPPORTED, FAILURE_CODE_LIBRARY_MISSING -> Kind.NOT_SUPPORTED;
            case FAILURE_CODE_NO_SUCH_INTERFACE -> Kind.NOT_FOUND;
            case FAILURE_CODE_BAD_FILTER -> Kind.USAGE;
            case FAILURE_CODE_DISK_FULL -> Kind.DISK_FULL;
            case FAILURE_CODE_INTERNAL, FAILURE_CODE_PROTOCOL, FAILURE_CODE_WRONG_STATE -> Kind.WORKER_LOST;
            default -> Kind.FAILURE;
        };
        return new SessionException(kind, failure.message(), failure.hint());
    }

    /** What says it on the pipe; {@link #of} makes the same kind of it, but for those that no pipe carries. */
    public FailureCode wireCode() {
        return switch (kind) {
            case NO_PERMISSION -> FailureCode.FAILURE_CODE_NO_PRIVILEGE;
            case NOT_SUPPORTED -> FailureCode.FAILURE_CODE_NOT_SUPPORTED;
            case NOT_FOUND -> FailureCode.FAILURE_CODE_NO_SUCH_INTERFACE;
            case USAGE -> FailureCode.FAILURE_CODE_BAD_FILTER;
            case DISK_FULL -> FailureCode.FAILURE_CODE_DISK_FULL;
            case WORKER_LOST -> FailureCode.FAILURE_CODE_INTERNAL;
            case FAILURE, OUTPUT -> FailureCode.FAILURE_CODE_IO;
        };
    }

    /** Of a filter stage that could not go on. */
    public static SessionException filter(Throwable cause) {
        if (cause instanceof SessionException known) {
            return known;
        }
        if (cause instanceof LinkTypeException) {
            return new SessionException(Kind.USAGE, String.valueOf(cause.getMessage()), "", cause);
        }
        return cause instanceof IOException io
                ? output(io)
                : new SessionException(Kind.FAILURE, "filter the packets: " + cause.getMessage(), "", cause);
    }

    /** Of a write whose exception names the file already. */
    public static SessionException output(IOException cause) {
        return output(words(cause), "", cause);
    }

    /**
     * Of a file that could not be made, written or renamed.
     *
     * @param operation such as {@code create}
     * @param file what the user calls it
     */
    public static SessionException output(String operation, Object file, IOException cause) {
        String message = operation + " " + file + ": " + words(cause);
        return output(
                message,
                cause instanceof AccessDeniedException
                        ? "write to a directory of yours, or run as root"
                        : "choose another file",
                cause);
    }

    private static SessionException output(String message, String hint, IOException cause) {
        Optional<DiskFault> fault = DiskFault.of(cause);
        return new SessionException(
                fault.isPresent() ? Kind.DISK_FULL : Kind.OUTPUT,
                message,
                fault.map(why -> why.hintOr("write to another disk")).orElse(hint),
                cause);
    }

    /** The system's words without the file's name, which the exceptions of java.nio.file repeat. */
    public static String words(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "File exists";
        }
        if (cause instanceof FileSystemException inFile && inFile.getReason() != null) {
            return inFile.getReason();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
