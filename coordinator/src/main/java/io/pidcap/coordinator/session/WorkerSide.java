package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerLink;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.coordinator.worker.WorkerRun;
import io.pidcap.coordinator.worker.WorkerSupervisor;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.WorkerRunEnded;
import io.pidcap.protocol.v1.WorkerRunStarted;
import io.pidcap.protocol.wire.ProtocolException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session's half of the conversation with one of its workers, run after run. Session's thread only. */
abstract class WorkerSide implements WorkerSupervisor.Client {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSide.class);

    /** The newest that are over; of those before them the journal tells. With their words they fit into one message. */
    static final int MOST_RUNS = 100;

    /** What the session wants to know. */
    interface Listener {
        /**
         * A run can do its work.
         *
         * @param gap in which no run could; null for the first one
         */
        void ready(WorkerSide side, WorkerRun run, SessionReport.@Nullable Gap gap);

        /** No run will follow, and that was not asked for. */
        void lost(WorkerSide side, WorkerFailure why);

        /** All that it has to tell has come, and no run will follow; its process may still be there. */
        void told(WorkerSide side);

        void stopped(WorkerSide side);

        /** @param refusal why packets are not filtered in the kernel now; null: they are */
        void prefilterUsed(@Nullable SessionException refusal);
    }

    private final WorkerRole role;
    private final FlowJournal journal;
    private final Listener listener;
    private final GapLog gaps;
    private final Deque<WorkerRun> runs = new ArrayDeque<>();
    private @Nullable WorkerSupervisor supervisor;
    private boolean ready;
    private boolean toldAll;

    WorkerSide(WorkerRole role, FlowJournal journal, Listener listener) {
        this.role = role;
        this.journal = journal;
        this.listener = listener;
        this.gaps = new GapLog(role);
    }

    /** Once, before anything else. */
    void supervisedBy(WorkerSupervisor theSupervisor) {
        supervisor = theSupervisor;
    }

    WorkerSupervisor supervisor() {
        if (supervisor == null) {
            throw new IllegalStateException("the side of the " + role.program() + " has no supervisor yet");
        }
        return supervisor;
    }

    WorkerRole role() {
        return role;
    }

    final Listener listener() {
        return listener;
    }

    boolean isReady() {
        return ready;
    }

    /** Nothing more comes of it. */
    boolean hasToldAll() {
        return toldAll || isGone();
    }

    /** No run is there, and none will follow. */
    boolean isGone() {
        return supervisor().state() == WorkerSupervisor.State.ENDED;
    }

    /** Takes the worker's life without order. */
    void abort() {
        if (supervisor != null) {
            supervisor.kill();
        }
    }

    /** For subclasses: the run has missed something. */
    final void sawNotAll(Instant from, Instant until, String reason) {
        LOG.warn("the {} missed something from {} to {}: {}", role.program(), from, until, reason);
        gaps.incomplete(from, until, reason);
    }

    List<SessionReport.Gap> gaps() {
        return gaps.all();
    }

    /** Nothing was wanted after {@code when}: a gap that is open ends there. */
    void captureEnded(Instant when) {
        gaps.closed(when);
    }

    List<SessionReport.Run> runs() {
        List<SessionReport.Run> rows = new ArrayList<>();
        runs.forEach(run -> rows.add(row(run)));
        WorkerRun current = supervisor == null ? null : supervisor.currentRun();
        if (current != null) {
            rows.add(row(current));
        }
        return rows;
    }

    private static SessionReport.Run row(WorkerRun run) {
        return new SessionReport.Run(
                run.role().word(), run.number(), run.pid(), run.started(), run.ready(), run.ended(), run.reason());
    }

    @Override
    public final void connected(WorkerRun run, WorkerLink link) {
        journal.runStarted(WorkerRunStarted.newBuilder()
                .setRole(role.wire())
                .setRun(run.number())
                .setPid((int) run.pid())
                .setStartedEpochNanos(epochNanos(run.started()))
                .build());
        begin(run, link);
    }

    /** Tells the run what to do. */
    abstract void begin(WorkerRun run, WorkerLink link);

    @Override
    public final void received(WorkerRun run, Envelope envelope) {
        try {
            if (envelope.hasStopped()) {
                LOG.debug("{} run {} has stopped", role.program(), run.number());
                if (supervisor().isEnding()) {
                    toldAll = true;
                    listener.told(this);
                }
            } else if (envelope.hasFailure()) {
                supervisor().failed(run, WorkerFailure.of(envelope.getFailure()));
            } else if (!handle(run, envelope)) {
                LOG.warn(
                        "{} run {} sent {}, which is not expected",
                        role.program(),
                        run.number(),
                        envelope.getBodyCase());
            }
        } catch (ProtocolException e) {
            supervisor().failed(run, WorkerFailure.internal(role.program() + ": " + e.getMessage(), ""));
        }
    }

    /**
     * @return false: this message has no place here
     * @throws ProtocolException it breaks a rule
     */
    abstract boolean handle(WorkerRun run, Envelope envelope);

    /** Until when everything of the run that is over has arrived. */
    abstract Instant knownUntil(WorkerRun run);

    /** The run is over; what it left behind is complete now. */
    abstract void closeRun(WorkerRun run);

    /** For subclasses: the run does its work, everything since {@code since}. */
    final void becameReady(WorkerRun run, Instant since) {
        supervisor().ready(run);
        ready = true;
        listener.ready(this, run, gaps.closed(since));
    }

    @Override
    public final void runEnded(WorkerRun run) {
        runs.add(run);
        if (runs.size() > MOST_RUNS) {
            runs.remove();
        }
        WorkerRunEnded.Builder record = WorkerRunEnded.newBuilder()
                .setRole(role.wire())
                .setRun(run.number())
                .setEndedEpochNanos(epochNanos(run.ended() == null ? Instant.now() : run.ended()))
                .setReason(run.reason());
        if (run.exit() != null) {
            record.setExitStatus(run.exit().status());
        }
        journal.runEnded(record.build());
        if (run.ready() != null && !(supervisor().isEnding() && (toldAll || run.endedInOrder()))) {
            gaps.opened(knownUntil(run), run.reason());
        }
        ready = false;
        closeRun(run);
    }

    private static long epochNanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }

    @Override
    public final void gaveUp(WorkerFailure why) {
        listener.lost(this, why);
    }

    @Override
    public final void stopped() {
        listener.stopped(this);
    }
}
