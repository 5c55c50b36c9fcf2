package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.worker.WorkerRole;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One life of a worker as the journal tells it.
 *
 * @param ready null: it never was, as far as is known
 * @param ended null: nobody was there to see it
 */
record WorkerLife(
        WorkerRole role,
        int run,
        long pid,
        Instant started,
        @Nullable Instant ready,
        @Nullable Instant ended,
        String reason) {
    WorkerLife readyAt(Instant when) {
        return new WorkerLife(role, run, pid, started, when, ended, reason);
    }

    WorkerLife endedAt(Instant when, String why) {
        return new WorkerLife(role, run, pid, started, ready, when, why);
    }

    SessionReport.Run row() {
        return new SessionReport.Run(role.word(), run, pid, started, ready, ended, reason);
    }
}
