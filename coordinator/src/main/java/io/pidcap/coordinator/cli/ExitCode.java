package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;

/**
 * What pidcap returns to its caller. {@code pidcap run} returns its command's status, or, as env(1) does, one of the
 * {@code RUN_} codes when it could not do its own part.
 */
public enum ExitCode {
    OK(0, "done"),
    FAILURE(1, "something else failed; the message says what"),
    USAGE(2, "the command line is wrong, or the filter expression"),
    NO_PERMISSION(3, "the system did not allow it: run as root, or see `pidcap doctor`"),
    NOT_FOUND(4, "no such session, interface or process"),
    OUTPUT(5, "the output file cannot be written, or is there already"),
    DISK_FULL(
            6,
            "a disk takes nothing more, or the session's directory was deleted; what was captured until then is kept"),
    WORKER_LOST(7, "a worker failed again and again; what was captured until then is kept"),
    NOT_SUPPORTED(8, "this host lacks what is needed, such as libpcap"),
    RUN_FAILED(125, "run: pidcap itself failed"),
    RUN_NOT_EXECUTABLE(126, "run: the command cannot be executed"),
    RUN_NOT_FOUND(127, "run: the command was not found");

    private final int status;
    private final String meaning;

    ExitCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    public int status() {
        return status;
    }

    public String meaning() {
        return meaning;
    }

    static ExitCode of(SessionException.Kind kind) {
        return switch (kind) {
            case FAILURE -> FAILURE;
            case USAGE -> USAGE;
            case NO_PERMISSION -> NO_PERMISSION;
            case NOT_FOUND -> NOT_FOUND;
            case OUTPUT -> OUTPUT;
            case DISK_FULL -> DISK_FULL;
            case WORKER_LOST -> WORKER_LOST;
            case NOT_SUPPORTED -> NOT_SUPPORTED;
        };
    }
}
