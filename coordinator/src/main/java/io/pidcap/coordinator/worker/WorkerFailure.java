package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;

/**
 * Why a worker could not do what it was asked, or could not go on.
 *
 * @param message operation, object, the system's words and code
 * @param hint what the user can do; may be empty
 */
public record WorkerFailure(FailureCode code, String message, String hint) {
    public static WorkerFailure of(Failure failure) {
        return new WorkerFailure(failure.getCode(), failure.getMessage(), failure.getHint());
    }

    /** A failure of the machinery around the worker, not one that the worker reported. */
    public static WorkerFailure internal(String message, String hint) {
        return new WorkerFailure(FailureCode.FAILURE_CODE_INTERNAL, message, hint);
    }

    /** Whether a new run of the worker can help: the user's mistakes and the host's refusals stay what they are. */
    public boolean isWorthAnotherTry() {
        return switch (code) {
            case FAILURE_CODE_NO_PRIVILEGE,
                    FAILURE_CODE_NOT_SUPPORTED,
                    FAILURE_CODE_NO_SUCH_INTERFACE,
                    FAILURE_CODE_BAD_FILTER,
                    FAILURE_CODE_LIBRARY_MISSING,
                    FAILURE_CODE_DISK_FULL -> false;
            default -> true;
        };
    }
}
