package io.pidcap.coordinator.session;

import io.pidcap.coordinator.worker.WorkerRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The times in which one worker was not there or did not see everything. One thread. */
public final class GapLog {
    private final WorkerRole role;
    private final List<SessionReport.Gap> gaps = new ArrayList<>();
    private @Nullable Instant openSince;
    private String openReason = "";

    public GapLog(WorkerRole role) {
        this.role = role;
    }

    /** A run ended: nothing is known from {@code from} on. A gap that is open already goes on. */
    public void opened(Instant from, String reason) {
        if (openSince == null) {
            openSince = from;
            openReason = reason.isEmpty() ? "restarted" : reason;
        }
    }

    /** The next run is ready, or the session's capture is over. */
    public SessionReport.@Nullable Gap closed(Instant until) {
        if (openSince == null) {
            return null;
        }
        Instant from = openSince.isAfter(until) ? until : openSince;
        SessionReport.Gap gap = new SessionReport.Gap(role.word(), from, until, openReason, false);
        gaps.add(gap);
        openSince = null;
        return gap;
    }

    /** The worker has missed something; spans that meet become one. */
    public void incomplete(Instant from, Instant until, String reason) {
        SessionReport.Gap last = gaps.isEmpty() ? null : gaps.get(gaps.size() - 1);
        Instant since = from;
        if (last != null && last.incomplete() && !from.isAfter(last.until())) {
            gaps.remove(gaps.size() - 1);
            since = last.from();
        }
        gaps.add(new SessionReport.Gap(role.word(), since, until, reason, true));
    }

    public List<SessionReport.Gap> all() {
        return List.copyOf(gaps);
    }
}
