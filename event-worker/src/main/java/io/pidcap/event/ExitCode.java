package io.pidcap.event;

/** The status with which the process ends; {@code Failure} or the log say the rest. The same as a capture-worker's. */
enum ExitCode {
    /** Stopped as it was asked to. */
    STOPPED(0),
    /** The source of events or the worker itself broke; a {@code Failure} was sent. */
    FAILED(1),
    /** Wrong arguments. */
    USAGE(2),
    /** No secret on standard input, nobody at the pipe, or refused. */
    NOT_ADMITTED(3),
    /** The pipe closed without a {@code Stop}. */
    PIPE_LOST(4);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}
