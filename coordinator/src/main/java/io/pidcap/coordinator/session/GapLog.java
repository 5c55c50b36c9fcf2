package io.pidcap.coordinator.session;

import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.WatchReady;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The times in which one worker was not there or did not see everything. One thread.
 *
 * <p>A session may run for months with a fault every minute: there are at most {@link #MOST}, of which the last one lasts
 * from the first of those that found no place of their own to the newest.
 */
public final class GapLog {
    /** With their words all of them fit well into one message. */
    static final int MOST = 100;

    private final WorkerRole role;
    private final List<SessionReport.Gap> gaps = new ArrayList<>();
    private int inLast = 1;
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
        add(gap);
        openSince = null;
        return gap;
    }

    /**
     * Why an event-worker has looked anew.
     *
     * @param watching how it watches; null: not known
     */
    public static String lostEvents(@Nullable WatchReady watching) {
        return watching != null && watching.getSource() == EventSource.EVENT_SOURCE_WINDIVERT
                ? "sockets had been opened or closed without a word of WinDivert, as the tables of Windows showed"
                : "the kernel's buffer for events was full; all processes and sockets were looked at anew";
    }

    /** The worker has missed something; spans that meet become one. */
    public void incomplete(Instant from, Instant until, String reason) {
        SessionReport.Gap last = gaps.isEmpty() ? null : gaps.get(gaps.size() - 1);
        Instant since = from;
        if (last != null && inLast == 1 && last.incomplete() && !from.isAfter(last.until())) {
            gaps.remove(gaps.size() - 1);
            since = last.from();
        }
        add(new SessionReport.Gap(role.word(), since, until, reason, true));
    }

    private void add(SessionReport.Gap gap) {
        if (gaps.size() < MOST) {
            gaps.add(gap);
            return;
        }
        SessionReport.Gap last = gaps.remove(MOST - 1);
        inLast++;
        gaps.add(new SessionReport.Gap(
                role.word(),
                last.from(),
                gap.until().isAfter(last.until()) ? gap.until() : last.until(),
                "one of " + inLast + " times of which only the journal tells each: " + gap.reason(),
                last.incomplete() && gap.incomplete()));
    }

    public List<SessionReport.Gap> all() {
        return List.copyOf(gaps);
    }
}
