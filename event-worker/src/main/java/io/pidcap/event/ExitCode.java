package io.pidcap.event;

/** How the process ended, for whoever started it; the reason in words is on standard error. */
enum ExitCode {
    /** Stopped as it was asked to. */
    STOPPED(0),
    /** A fault of this program. */
    INTERNAL(1),
    /** The command line is wrong. */
    USAGE(2),
    /** No secret, no coordinator at the pipe, or it refused us. */
    NOT_ADMITTED(3),
    /** The pipe closed before a Stop came. */
    COORDINATOR_GONE(4),
    /** The source of events broke; the coordinator was told. */
    SOURCE_BROKE(5);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}
