package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads a session to its end, in one of three ways: in order ({@link #endInOrder}), without order before it was ready
 * ({@link #fail}), or by leaving it to {@code recover} after a fault of pidcap ({@link #crashed}).
 *
 * <p>In order means: the capture-worker stops, then the event-worker, whose last watermark is thus later than the last
 * packet; the filter stage takes the rest; the output is completed; both processes are gone; the report is written. What
 * has to be waited for comes back by {@link #next}, {@link #filterFinished} or {@link #filterFailed}. Session's thread
 * only.
 */
final class SessionEnding {
    private static final Logger LOG = LoggerFactory.getLogger(SessionEnding.class);

    private final SessionConfig config;
    private final SessionHome home;
    private final SessionDirectory directory;
    private final SessionRecord record;
    private final SessionParts parts;
    private final SessionOutput output;
    private final SessionLogs logs;
    private final CompletableFuture<List<String>> ready;
    private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();
    private boolean filterIsOver;
    private boolean completing;
    private @Nullable SessionState outcome;

    /** @param ready told of an end that comes before it */
    SessionEnding(NewSession made, SessionParts parts, SessionLogs logs, CompletableFuture<List<String>> ready) {
        this.config = made.config();
        this.home = made.home();
        this.directory = made.directory();
        this.record = parts.record();
        this.parts = parts;
        this.output = parts.output();
        this.logs = logs;
        this.ready = ready;
    }

    /** See {@link CaptureSession#ended}. From any thread. */
    CompletableFuture<SessionEnd> ended() {
        return ended.copy();
    }

    /**
     * Begins the end, unless it has begun.
     *
     * @param why what went wrong; null: nothing
     */
    void endInOrder(String reason, @Nullable SessionException why) {
        if (record.is(SessionState.STARTING)) {
            fail(why != null ? why : new SessionException(Kind.FAILURE, "stopped before the session was ready", ""));
        }
        if (!record.is(SessionState.CAPTURING)) {
            return;
        }
        if (why != null) {
            record.failed(why);
        }
        parts.journal().stopping(reason);
        record.enter(SessionState.STOPPING, reason);
        parts.capture().supervisor().stop();
        next();
    }

    /** The next step towards the end, if it is due. */
    void next() {
        if (record.is(SessionState.STOPPING) && parts.capture().hasToldAll()) {
            parts.events().supervisor().stop();
            if (parts.events().hasToldAll()) {
                drain();
            }
        }
        overWhenAllIsDone();
    }

    /** While the workers' processes end. */
    private void drain() {
        Instant end = record.stopAskedOrNow();
        parts.capture().captureEnded(end);
        parts.events().captureEnded(end);
        record.enter(SessionState.DRAINING, "both workers have told all");
        if (filterIsOver) {
            complete();
        } else {
            parts.filter().finish();
        }
    }

    /** The filter stage has taken all. */
    void filterFinished() {
        if (record.is(SessionState.DRAINING)) {
            complete();
        }
    }

    /** It ended before its time. */
    void filterFailed(Exception cause) {
        filterIsOver = true;
        SessionException why = SessionException.filter(cause);
        if (output.isUnread() && !record.is(SessionState.STARTING)) {
            endInOrder("nobody reads the output any more", null);
            if (record.is(SessionState.DRAINING)) {
                complete();
            }
            return;
        }
        LOG.error("the filter stage failed", cause);
        if (record.is(SessionState.STARTING)) {
            fail(why);
        } else if (record.is(SessionState.CAPTURING)) {
            endInOrder("the filter stage failed", why);
        } else {
            record.failed(why);
        }
        if (record.is(SessionState.DRAINING)) {
            complete();
        }
    }

    /** The last words go into the output, and then all of it to where it should be. */
    private void complete() {
        if (completing) {
            return;
        }
        completing = true;
        try {
            parts.filter()
                    .closeOutput(parts.report(), epochNanos(record.readyOrNow()), epochNanos(record.stopAskedOrNow()));
        } catch (IOException e) {
            LOG.error("complete the output", e);
            if (!output.isUnread()) {
                record.failed(SessionException.output(e));
            }
        }
        CompletableFuture<Void> taken = output.taken();
        if (taken.isDone()) {
            completed();
        } else {
            // A reader may take its time, in which the session still answers.
            CompletableFuture<Void> unused = taken.thenRun(() -> parts.loop().execute(this::completed));
        }
    }

    private void completed() {
        if (record.failure() != null || output.lacksPackets()) {
            output.countLost(parts.filter().progress().counters().keptPackets());
        }
        try {
            output.complete();
            record.endNotes().addAll(output.notes());
            outcome = SessionState.FINISHED;
        } catch (IOException e) {
            record.failed(SessionException.output("complete", config.output(), e));
            output.countLost(parts.filter().progress().counters().keptPackets());
            record.endNotes().addAll(output.unfinished());
            outcome = SessionState.FAILED;
        }
        overWhenAllIsDone();
    }

    private void overWhenAllIsDone() {
        if (record.is(SessionState.DRAINING)
                && outcome != null
                && parts.capture().isGone()
                && parts.events().isGone()) {
            over(outcome, outcome == SessionState.FINISHED ? "the output is complete" : "the output is not complete");
        }
    }

    private static long epochNanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    /** Without order: nothing was captured that is worth keeping. */
    void fail(SessionException why) {
        record.failed(why);
        parts.capture().abort();
        parts.events().abort();
        parts.filter().abort();
        output.abandon();
        over(SessionState.FAILED, why.text());
    }

    private void over(SessionState last, String reason) {
        directory.releaseReserve();
        record.enter(last, reason);
        boolean keepAll = config.keepAll() && record.wasReady();
        if (keepAll) {
            record.endNotes().add(SessionNotes.allIsKept(directory));
        }
        logs.note().ifPresent(record.endNotes()::add);
        SessionReport report = parts.report();
        if (!report.packets().balances()) {
            LOG.error("packets are missing from the equation: {}", report.packets());
        }
        SessionException why = record.failure();
        SessionException tooLate = why != null
                ? why
                : new SessionException(Kind.FAILURE, "the session " + directory.id() + " has ended", "");
        ready.completeExceptionally(tooLate);
        String json = Json.write(report);
        parts.journal().ended(json);
        SessionResources.leaveReport(directory, json, keepAll);
        parts.control().ended(json, tooLate);
        parts.loop().end();
        parts.resources().close();
        tidyUp();
        ended.complete(new SessionEnd(report, why));
    }

    private void tidyUp() {
        try {
            new Sessions(home).tidy();
        } catch (SessionException e) {
            LOG.warn("remove old sessions: {}", e.text());
        }
    }

    /** By a fault of pidcap: what the session's thread keeps can no longer be relied on. Always tells of the end. */
    void crashed(Throwable e) {
        if (ended.isDone()) {
            return;
        }
        String what = "the session " + directory.id() + " failed by a fault of pidcap: " + e;
        String please = "please report it with " + directory.logs();
        if (record.state().isOver()) {
            leave(new SessionException(Kind.FAILURE, what, please, e));
        } else if (record.wasReady()) {
            leave(new SessionException(
                    Kind.FAILURE,
                    what,
                    "`pidcap recover " + directory.id() + "` completes the output with what was captured; " + please,
                    e));
        } else {
            try {
                fail(new SessionException(Kind.FAILURE, what, please, e));
            } catch (RuntimeException | Error again) {
                leave(new SessionException(
                        Kind.FAILURE,
                        what + "; and so did the attempt to end it: " + again,
                        "`pidcap recover " + directory.id() + "` tidies up what it left; " + please,
                        again));
            }
        }
    }

    /** As if the coordinator had been killed. What else fails now keeps nobody from being told. */
    private void leave(SessionException why) {
        Map<String, Runnable> steps = new LinkedHashMap<>();
        steps.put("end the session's thread", parts.loop()::end);
        steps.put("kill the capture-worker", parts.capture()::abort);
        steps.put("kill the event-worker", parts.events()::abort);
        steps.put("stop the filter stage", parts.filter()::abort);
        steps.put("close the session's pipes and journal", parts.resources()::close);
        SessionException told = why;
        try {
            for (Map.Entry<String, Runnable> step : steps.entrySet()) {
                told = leaving(step.getKey(), step.getValue(), told);
            }
        } finally {
            ready.completeExceptionally(told);
            ended.completeExceptionally(told);
        }
    }

    /** @return {@code why}, or the same with the words of this step's failure */
    private static SessionException leaving(String step, Runnable action, SessionException why) {
        try {
            action.run();
            return why;
        } catch (RuntimeException | Error e) {
            SessionException more =
                    new SessionException(why.kind(), why.text() + "; " + step + ": " + e, why.hint(), why);
            more.addSuppressed(e);
            return more;
        }
    }
}
