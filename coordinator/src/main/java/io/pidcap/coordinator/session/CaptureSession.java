package io.pidcap.coordinator.session;

import io.pidcap.coordinator.checkpoint.CheckpointMapper;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.filter.SpoolSegment;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.worker.PeerCheck;
import io.pidcap.coordinator.worker.WorkerAdmission;
import io.pidcap.coordinator.worker.WorkerDeadlines;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerProcess;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.coordinator.worker.WorkerRun;
import io.pidcap.coordinator.worker.WorkerSupervisor;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.wire.PipeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session from start to report: spawns both workers, waits until both are ready, follows them, and ends in a fixed
 * order: capture-worker, event-worker (whose last watermark is thus later than the last packet), filter stage, output,
 * report.
 *
 * <p>Everything below lives on the session's loop; the public methods may be called from any thread.
 */
public final class CaptureSession implements WorkerSide.Listener, FilterFeed.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureSession.class);
    private static final long TICK_MILLIS = 100;
    private static final long LOOK_AT_LOGS_MILLIS = 10_000;

    private final SessionConfig config;
    private final SessionHome home;
    private final SessionDirectory directory;
    private final SessionResources resources;
    private final SessionLoop loop;
    private final FlowJournal journal;
    private final EventSide events;
    private final CaptureSide capture;
    private final SessionPrefilter prefilter;
    private final FilterFeed filter;
    private final SessionRecord record;
    private final CompletableFuture<List<String>> ready = new CompletableFuture<>();
    private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();

    private final SessionLogs logs;
    private final SessionControl control;
    private final SessionOutput output;
    private boolean filterIsOver;
    private @Nullable SessionState outcome;

    private CaptureSession(NewSession made) {
        this.home = made.home();
        this.config = made.config();
        this.directory = made.directory();
        this.output = new SessionOutput(made.output());
        this.record = made.record();
        this.journal = made.journal();
        this.control = new SessionControl(record, new Commanded());
        this.loop = new SessionLoop("session", this::crashed);
        this.filter = new FilterFeed(config, directory.spool(), made.output().writer(), loop, this);
        this.events = new EventSide(config, journal, filter, this);
        this.capture = new CaptureSide(config, directory.spool(), journal, filter, this);
        this.prefilter = new SessionPrefilter(config, events, capture);
        this.resources = new SessionResources(journal);
        this.logs = new SessionLogs(directory.logs());
        made.outputJournal().checkpointsFrom(filter::checkpoint);
        CompletableFuture<Void> unused = made.journalFailure().thenAccept(this::journalFailed);
    }

    /**
     * Begins a session; it is not ready yet when this returns.
     *
     * @param home where its directory is made
     * @param libDirectory with the workers' jars
     * @throws SessionException it cannot begin; nothing of it is left
     */
    public static CaptureSession start(SessionConfig config, SessionHome home, Path libDirectory) {
        return begin(NewSession.make(config, journal -> SessionOutput.create(config, journal), home, libDirectory));
    }

    /**
     * The same with an output that is there already.
     *
     * @param output the session's from now on, also if it cannot begin
     */
    public static CaptureSession start(
            SessionConfig config, CaptureOutput output, SessionHome home, Path libDirectory) {
        NewSession made;
        try {
            made = NewSession.make(config, journal -> output, home, libDirectory);
        } catch (RuntimeException e) {
            new SessionOutput(output).abandon();
            throw e;
        }
        return begin(made);
    }

    private static CaptureSession begin(NewSession made) {
        try {
            CaptureSession session = new CaptureSession(made);
            session.begin(made.launcher(), made.workers());
            return session;
        } catch (IOException | RuntimeException e) {
            throw made.discard(e);
        }
    }

    private void begin(WorkerLauncher launcher, Map<WorkerRole, WorkerProcess> workers) throws IOException {
        PeerCheck peers = PeerCheck.ofOwner(directory.path());
        WorkerAdmission admission = new WorkerAdmission(peers);
        List<WorkerSide> sides = List.of(events, capture);
        for (WorkerSide side : sides) {
            side.supervisedBy(new WorkerSupervisor(
                    side.role(),
                    launcher,
                    admission,
                    loop,
                    loop,
                    WorkerDeadlines.DEFAULT,
                    InstantSource.system(),
                    side));
        }
        try {
            directory.reserve();
            PipeServer workerPipe = PipeServer.listen(directory.workerSocket(), admission);
            resources.serve(workerPipe, workerPipe.refusals());
            launcher.admitWorkers();
            ControlServer controlPipe = new ControlServer(directory.controlSocket(), peers, loop, control);
            resources.serve(controlPipe, controlPipe.refusals());
        } catch (IOException | RuntimeException e) {
            resources.close();
            throw e;
        }
        filter.start();
        workers.forEach((role, process) -> side(role).supervisor().adopt(process));
        sides.forEach(side -> side.supervisor().admit());
        loop.after(LOOK_AT_LOGS_MILLIS, this::boundLogs);
        loop.start();
    }

    private WorkerSide side(WorkerRole role) {
        return role == WorkerRole.CAPTURE ? capture : events;
    }

    public SessionDirectory directory() {
        return directory;
    }

    public SessionConfig config() {
        return config;
    }

    /**
     * Completes when no packet is missed any more, with what the user should know; or with a {@link SessionException}
     * when the session can no longer become ready.
     */
    public CompletableFuture<List<String>> ready() {
        return ready.copy();
    }

    /**
     * Completes when all is over and everything is closed; with a {@link SessionException} when it ended without order and
     * is left to {@code recover}.
     */
    public CompletableFuture<SessionEnd> ended() {
        return ended.copy();
    }

    /** Asks the session to end in order. Idempotent. */
    public void stop(String reason) {
        loop.execute(() -> endInOrder(reason, null));
    }

    /** The state now; never completes once the session is over. */
    public CompletableFuture<SessionReport> status() {
        CompletableFuture<SessionReport> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(report()));
        return answer;
    }

    // What happens to the session, on its loop.

    @Override
    public void ready(WorkerSide side, WorkerRun run, SessionReport.@Nullable Gap gap) {
        if (gap != null) {
            LOG.warn("no {} from {} to {}: {}", side.role().program(), gap.from(), gap.until(), gap.reason());
            control.restarted(side.role(), run.number(), gap);
        }
        Optional<String> mixed = OutputFormat.of(config.output()).refusal(filter.interfaces());
        if (record.is(SessionState.STARTING) && mixed.isPresent()) {
            fail(new SessionException(Kind.USAGE, "write " + config.output() + ": " + mixed.get(), ""));
            return;
        }
        SessionException refusal = prefilter.offer();
        if (refusal != null) {
            prefilterUsed(refusal);
        }
        readyIfAllIs();
    }

    private void readyIfAllIs() {
        if (record.is(SessionState.STARTING) && events.isReady() && capture.isReady() && prefilter.isReady()) {
            record.enter(SessionState.CAPTURING, "both workers are ready");
            record.notes().addAll(SessionNotes.atReady(config, events));
            ready.complete(List.copyOf(record.notes()));
            control.ready();
            if (config.durationMillis() > 0) {
                loop.after(config.durationMillis(), () -> endInOrder("its duration is over", null));
            }
            tick();
        }
    }

    @Override
    public void prefilterUsed(@Nullable SessionException refusal) {
        if (refusal == null) {
            readyIfAllIs();
        } else if (record.is(SessionState.STARTING)) {
            fail(refusal);
        } else {
            record.notes().add(prefilter.lost(refusal));
        }
    }

    @Override
    public void prefilterDecided(int run, PrefilterDecision decision) {
        prefilter.decided(run, decision);
    }

    @Override
    public void lost(WorkerSide side, WorkerFailure why) {
        control.lost(side.role(), why);
        SessionException told = directory.deleted().orElseGet(() -> SessionException.of(why));
        if (record.is(SessionState.STARTING)) {
            fail(told);
        } else if (record.is(SessionState.CAPTURING)) {
            endInOrder("the " + side.role().program() + " is lost", told);
        } else {
            record.failed(told);
        }
        toldOrGone();
    }

    @Override
    public void told(WorkerSide side) {
        toldOrGone();
    }

    @Override
    public void stopped(WorkerSide side) {
        toldOrGone();
    }

    private void endInOrder(String reason, @Nullable SessionException why) {
        if (record.is(SessionState.STARTING)) {
            fail(why != null ? why : new SessionException(Kind.FAILURE, "stopped before the session was ready", ""));
        }
        if (!record.is(SessionState.CAPTURING)) {
            return;
        }
        if (why != null) {
            record.failed(why);
        }
        journal.stopping(reason);
        record.enter(SessionState.STOPPING, reason);
        capture.supervisor().stop();
        toldOrGone();
    }

    /** The next step towards the end, if it is due. */
    private void toldOrGone() {
        if (record.is(SessionState.STOPPING) && capture.hasToldAll()) {
            events.supervisor().stop();
            if (events.hasToldAll()) {
                drain();
            }
        }
        overWhenAllIsDone();
    }

    /** While the workers' processes end. */
    private void drain() {
        Instant end = record.stopAskedOrNow();
        capture.captureEnded(end);
        events.captureEnded(end);
        record.enter(SessionState.DRAINING, "both workers have told all");
        if (filterIsOver) {
            complete();
        } else {
            filter.finish();
        }
    }

    @Override
    public void filterFinished() {
        if (record.is(SessionState.DRAINING)) {
            complete();
        }
    }

    @Override
    public void filterFailed(Exception cause) {
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

    @Override
    public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {
        journal.segmentFiltered(CheckpointMapper.toMessage(segment, checkpoint));
        if (config.keepAll()) {
            return;
        }
        try {
            Files.deleteIfExists(segment.file());
        } catch (IOException e) {
            LOG.warn("delete {}: {}", segment.file(), e.getMessage());
        }
    }

    private void complete() {
        try {
            filter.closeOutput(report(), epochNanos(record.readyOrNow()), epochNanos(record.stopAskedOrNow()));
        } catch (IOException e) {
            LOG.error("complete the output", e);
            if (!output.isUnread()) {
                record.failed(SessionException.output(e));
            }
        }
        if (record.failure() != null || output.isUnread()) {
            output.countLost(filter.progress().counters().keptPackets());
        }
        try {
            output.complete();
            record.endNotes().addAll(output.notes());
            outcome = SessionState.FINISHED;
        } catch (IOException e) {
            record.failed(SessionException.output("complete", config.output(), e));
            output.countLost(filter.progress().counters().keptPackets());
            record.endNotes().addAll(output.unfinished());
            outcome = SessionState.FAILED;
        }
        overWhenAllIsDone();
    }

    private void overWhenAllIsDone() {
        if (record.is(SessionState.DRAINING) && outcome != null && capture.isGone() && events.isGone()) {
            over(outcome, outcome == SessionState.FINISHED ? "the output is complete" : "the output is not complete");
        }
    }

    private static long epochNanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    /** Without order: nothing was captured that is worth keeping. */
    private void fail(SessionException why) {
        record.failed(why);
        capture.abort();
        events.abort();
        filter.abort();
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
        SessionReport report = report();
        if (!report.packets().balances()) {
            LOG.error("packets are missing from the equation: {}", report.packets());
        }
        SessionException why = record.failure();
        SessionException tooLate = why != null
                ? why
                : new SessionException(Kind.FAILURE, "the session " + directory.id() + " has ended", "");
        ready.completeExceptionally(tooLate);
        String json = Json.write(report);
        journal.ended(json);
        SessionResources.leaveReport(directory, json, keepAll);
        control.ended(json, tooLate);
        loop.end();
        resources.close();
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

    private void journalFailed(IOException cause) {
        loop.execute(() -> endInOrder("the journal failed", SessionHome.failedWrite(cause)));
    }

    /** By a fault of pidcap: what the session's thread keeps can no longer be relied on. */
    private void crashed(Throwable e) {
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
            fail(new SessionException(Kind.FAILURE, what, please, e));
        }
    }

    /** As if the coordinator had been killed. */
    private void leave(SessionException why) {
        loop.end();
        capture.abort();
        events.abort();
        filter.abort();
        resources.close();
        ended.completeExceptionally(why);
    }

    private void tick() {
        if (record.state().isOver()) {
            return;
        }
        FilterProgress progress = filter.progress();
        if (config.packetLimit() > 0 && progress.counters().keptPackets() >= config.packetLimit()) {
            endInOrder("its packet limit is reached", null);
        } else if (output.isFull()) {
            endInOrder("its last file is complete", null);
        }
        directory.deleted().ifPresent(why -> endInOrder("its directory was deleted", why));
        output.deleted().ifPresent(why -> endInOrder("its output was deleted", why));
        control.progress(progress.doneBytes(), progress.totalBytes());
        loop.after(TICK_MILLIS, this::tick);
    }

    private void boundLogs() {
        logs.bound();
        loop.after(LOOK_AT_LOGS_MILLIS, this::boundLogs);
    }

    private final class Commanded implements SessionControl.Commanded {
        @Override
        public SessionReport report() {
            return CaptureSession.this.report();
        }

        @Override
        public void stopAsked(String reason) {
            endInOrder(reason, null);
        }

        @Override
        public boolean restartAsked(WorkerRole role) {
            return record.is(SessionState.CAPTURING) && side(role).supervisor().restart();
        }
    }

    private SessionReport report() {
        return record.report(events, capture, filter.progress(), output, resources.refused());
    }
}
