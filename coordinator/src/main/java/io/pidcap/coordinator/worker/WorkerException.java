package io.pidcap.coordinator.worker;

/** A worker that was asked once, see {@link HostQuery}, could not answer. */
public final class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient WorkerFailure failure;

    WorkerException(WorkerFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    public WorkerFailure failure() {
        return failure;
    }
}
