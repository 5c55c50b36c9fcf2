package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.filter.FilterProgress;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has become of a session: its state, which its mark file tells other processes, when it entered which, what went
 * wrong, what its user should know. Session's thread only.
 */
final class SessionRecord {
    private static final Logger LOG = LoggerFactory.getLogger(SessionRecord.class);

    private final SessionConfig config;
    private final SessionDirectory directory;
    private final Instant started;
    private final List<String> notes = new ArrayList<>();
    private final List<String> endNotes = new ArrayList<>();
    private SessionState state = SessionState.STARTING;
    private SessionMarkFile mark;
    private @Nullable Instant readyAt;
    private @Nullable Instant stopAskedAt;
    private @Nullable Instant endedAt;
    private @Nullable SessionException failure;

    SessionRecord(SessionConfig config, SessionDirectory directory, Instant started) {
        this.config = config;
        this.directory = directory;
        this.started = started;
        this.mark = SessionMarkFile.ofThisProcess(directory.id(), started, config);
    }

    /** Lets other processes see the session. */
    void begin() throws IOException {
        mark.write(directory.markFile());
    }

    String id() {
        return directory.id();
    }

    SessionState state() {
        return state;
    }

    boolean is(SessionState one) {
        return state == one;
    }

    void enter(SessionState next, String reason) {
        if (!state.canBecome(next)) {
            throw new IllegalStateException("a session cannot go from " + state + " to " + next + " (" + reason + ")");
        }
        LOG.info("session {}: {} -> {}: {}", directory.id(), state, next, reason);
        state = next;
        if (next == SessionState.CAPTURING) {
            readyAt = Instant.now();
        } else if (next == SessionState.STOPPING) {
            stopAskedAt = Instant.now();
        } else if (next.isOver()) {
            endedAt = Instant.now();
        }
        mark = mark.in(next);
        try {
            mark.write(directory.markFile());
        } catch (IOException e) {
            LOG.warn("write {}: {}", directory.markFile(), e.getMessage());
        }
    }

    /** What went wrong first is what is told. */
    void failed(SessionException why) {
        if (failure == null) {
            failure = why;
        }
    }

    @Nullable
    SessionException failure() {
        return failure;
    }

    boolean wasReady() {
        return readyAt != null;
    }

    /** When packets began to count; now if that is to come. */
    Instant readyOrNow() {
        return readyAt == null ? Instant.now() : readyAt;
    }

    /** When packets ceased to count; now if that is to come. */
    Instant stopAskedOrNow() {
        return stopAskedAt == null ? Instant.now() : stopAskedAt;
    }

    /** What the user should know from the beginning. */
    List<String> notes() {
        return notes;
    }

    /** What the user should know in the end. */
    List<String> endNotes() {
        return endNotes;
    }

    SessionReport report(
            EventSide events,
            CaptureSide capture,
            FilterProgress progress,
            SessionOutput output,
            Map<String, Long> refused) {
        List<SessionReport.Run> runs = new ArrayList<>(capture.runs());
        runs.addAll(events.runs());
        List<SessionReport.Gap> gaps = new ArrayList<>(capture.gaps());
        gaps.addAll(events.gaps());
        return new SessionReport(
                SessionReport.FORMAT,
                directory.id(),
                state.word(),
                failure == null ? null : SessionReport.Failure.of(failure),
                started,
                readyAt,
                stopAskedAt,
                endedAt,
                SessionReport.Selection.of(config),
                output.report(state, progress),
                SessionNotes.packets(capture.totals(), progress, output.lostPackets()),
                events.report(),
                capture.report(),
                SessionNotes.processes(progress),
                runs,
                gaps,
                notes,
                endNotes,
                refused);
    }
}
