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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session from start to report: spawns both workers, waits until both are ready and follows them; how it ends is for
 * its {@link SessionEnding}.
 *
 * <p>Everything below lives on the session's loop; the public methods may be called from any thread.
 */
public final class CaptureSession implements WorkerSide.Listener, FilterFeed.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureSession.class);
    private static final long TICK_MILLIS = 100;
    private static final long LOOK_AT_LOGS_MILLIS = 10_000;

    private final SessionConfig config;
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
    private final SessionLogs logs;
    private final SessionControl control;
    private final SessionOutput output;
    private final SessionParts parts;
    private final SessionEnding ending;

    private CaptureSession(NewSession made) {
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
        this.parts = new SessionParts(record, journal, loop, events, capture, filter, output, control, resources);
        this.ending = new SessionEnding(made, parts, logs, ready);
        made.outputJournal().checkpointsFrom(filter::checkpoint);
        journal.checkpointsFrom(taker -> loop.execute(
                () -> filter.tellCheckpoint(checkpoint -> taker.accept(CheckpointMapper.toMessage(checkpoint)))));
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
        return ending.ended();
    }

    /** Asks the session to end in order. Idempotent. */
    public void stop(String reason) {
        loop.execute(() -> ending.endInOrder(reason, null));
    }

    /** The state now; never completes once the session is over. */
    public CompletableFuture<SessionReport> status() {
        CompletableFuture<SessionReport> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(parts.report()));
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
            ending.fail(new SessionException(Kind.USAGE, "write " + config.output() + ": " + mixed.get(), ""));
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
                loop.after(config.durationMillis(), () -> ending.endInOrder("its duration is over", null));
            }
            tick();
        }
    }

    @Override
    public void prefilterUsed(@Nullable SessionException refusal) {
        if (refusal == null) {
            readyIfAllIs();
        } else if (record.is(SessionState.STARTING)) {
            ending.fail(refusal);
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
            ending.fail(told);
        } else if (record.is(SessionState.CAPTURING)) {
            ending.endInOrder("the " + side.role().program() + " is lost", told);
        } else {
            record.failed(told);
        }
        ending.next();
    }

    @Override
    public void told(WorkerSide side) {
        ending.next();
    }

    @Override
    public void stopped(WorkerSide side) {
        ending.next();
    }

    @Override
    public void filterFinished() {
        ending.filterFinished();
    }

    @Override
    public void filterFailed(Exception cause) {
        ending.filterFailed(cause);
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

    private void journalFailed(IOException cause) {
        loop.execute(() -> ending.endInOrder("the journal failed", SessionHome.failedWrite(cause)));
    }

    private void crashed(Throwable e) {
        ending.crashed(e);
    }

    private void tick() {
        if (record.state().isOver()) {
            return;
        }
        FilterProgress progress = filter.progress();
        if (config.packetLimit() > 0 && progress.counters().keptPackets() >= config.packetLimit()) {
            ending.endInOrder("its packet limit is reached", null);
        } else if (output.isFull()) {
            ending.endInOrder("its last file is complete", null);
        }
        directory.deleted().ifPresent(why -> ending.endInOrder("its directory was deleted", why));
        output.deleted().ifPresent(why -> ending.endInOrder("its output was deleted", why));
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
            return parts.report();
        }

        @Override
        public void stopAsked(String reason) {
            ending.endInOrder(reason, null);
        }

        @Override
        public boolean restartAsked(WorkerRole role) {
            return record.is(SessionState.CAPTURING) && side(role).supervisor().restart();
        }
    }
}
