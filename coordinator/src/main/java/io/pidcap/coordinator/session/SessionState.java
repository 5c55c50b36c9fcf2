package io.pidcap.coordinator.session;

import java.util.Set;

/** Where a session is. It only goes forward. */
public enum SessionState {
    /** The workers are being started. */
    STARTING,
    /** No packet is missed from now on. */
    CAPTURING,
    /** The workers were told to stop; what is under way still arrives. */
    STOPPING,
    /** The workers are gone; the rest of the spool is being filtered. */
    DRAINING,
    /** The output is complete and the report written. */
    FINISHED,
    /** It ended without doing its job. */
    FAILED,
    /** Its coordinator died; another process has completed the output and written the report. */
    RECOVERED;

    public boolean isOver() {
        return this == FINISHED || this == FAILED || this == RECOVERED;
    }

    /** Whether a session in this state may go to {@code next}. */
    public boolean canBecome(SessionState next) {
        return successors().contains(next);
    }

    private Set<SessionState> successors() {
        return switch (this) {
            case STARTING -> Set.of(CAPTURING, FAILED);
            case CAPTURING -> Set.of(STOPPING, FAILED);
            case STOPPING -> Set.of(DRAINING, FAILED);
            case DRAINING -> Set.of(FINISHED, FAILED);
            case FINISHED, FAILED, RECOVERED -> Set.of();
        };
    }

    /** As it is written for people and in JSON. */
    public String word() {
        return switch (this) {
            case STARTING -> "starting";
            case CAPTURING -> "capturing";
            case STOPPING -> "stopping";
            case DRAINING -> "draining";
            case FINISHED -> "finished";
            case FAILED -> "failed";
            case RECOVERED -> "recovered";
        };
    }
}
