package io.pidcap.coordinator.session;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.worker.WorkerLink;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.coordinator.worker.WorkerRun;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.PrefilterOfferMessage;
import io.pidcap.protocol.v1.PrefilterSeenMessage;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.wire.FlowBatchAssembler;
import io.pidcap.protocol.wire.PrefilterMapper;
import io.pidcap.protocol.wire.ProtocolException;
import io.pidcap.protocol.wire.SnapshotAssembler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of events.proto: snapshot and batches go to the journal first, then to the filter stage. What breaks a
 * rule goes to neither: a recovery would refuse it.
 */
final class EventSide extends WorkerSide {
    /** Many more than all ports fill. */
    private static final int MOST_PREFILTER_PIECES = 80;

    private final SessionConfig config;
    private final FlowJournal journal;
    private final FilterFeed filter;

    private SnapshotAssembler snapshots = new SnapshotAssembler();
    private FlowBatchAssembler batches = new FlowBatchAssembler();
    private final List<PrefilterSeenMessage> prefilterPieces = new ArrayList<>();
    private @Nullable WorkerLink currentLink;
    private int currentRun;
    private @Nullable List<ProcessInfo> firstProcesses;
    private @Nullable Instant snapshotTaken;
    private @Nullable WatchReady watching;
    private @Nullable ObservedTime watermark;
    private long received;
    private long lost;
    private long missingOfEarlierRuns;

    EventSide(SessionConfig config, FlowJournal journal, FilterFeed filter, Listener listener) {
        super(WorkerRole.EVENTS, journal, listener);
        this.config = config;
        this.journal = journal;
        this.filter = filter;
    }

    @Override
    void begin(WorkerRun run, WorkerLink link) {
        snapshots = new SnapshotAssembler();
        batches = new FlowBatchAssembler();
        snapshotTaken = null;
        prefilterPieces.clear();
        currentRun = run.number();
        currentLink = link;
        link.watchFlows(request(config));
    }

    static WatchFlows request(SessionConfig config) {
        return WatchFlows.newBuilder()
                .setSource(wire(config.events()))
                .setPollIntervalMillis(config.pollIntervalMillis())
                .setPrefilter(config.prefilter())
                .setWithArguments(config.style().withArguments())
                .build();
    }

    private static EventSource wire(SessionConfig.Events choice) {
        return switch (choice) {
            case AUTO -> EventSource.EVENT_SOURCE_AUTO;
            case PROC -> EventSource.EVENT_SOURCE_PROC;
            case EBPF -> EventSource.EVENT_SOURCE_EBPF;
            case IPHELPER -> EventSource.EVENT_SOURCE_IPHELPER;
            case WINDIVERT -> EventSource.EVENT_SOURCE_WINDIVERT;
        };
    }

    @Override
    boolean handle(WorkerRun run, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case SNAPSHOT_PART -> {
                SocketSnapshot whole = snapshots.add(envelope.getSnapshotPart());
                journal.snapshotPart(run.number(), envelope.getSnapshotPart());
                snapshot(whole);
            }
            case WATCH_READY -> watching(run, envelope.getWatchReady());
            case FLOW_BATCH -> {
                FlowBatch whole = batches.add(envelope.getFlowBatch());
                journal.flowBatch(run.number(), envelope.getFlowBatch());
                batch(whole);
            }
            case PREFILTER_SEEN -> prefilterSeen(run, envelope.getPrefilterSeen());
            default -> {
                return false;
            }
        }
        return true;
    }

    private void snapshot(@Nullable SocketSnapshot snapshot) {
        if (snapshot == null) {
            return;
        }
        received += snapshot.sockets().size();
        snapshotTaken = instant(snapshot.taken());
        if (firstProcesses == null) {
            firstProcesses = snapshot.processes();
        }
        filter.snapshot(snapshot);
    }

    private void watching(WorkerRun run, WatchReady ready) {
        journal.watchReady(run.number(), ready);
        watching = ready;
        becameReady(run, snapshotTaken == null ? run.started() : snapshotTaken);
    }

    private void batch(@Nullable FlowBatch batch) {
        if (batch == null) {
            return;
        }
        received += batch.events().size();
        lost += batch.lostEvents();
        watermark = batch.completeUntil();
        FlowGap gap = batch.gap();
        if (gap != null) {
            sawNotAll(instant(gap.from()), instant(gap.until()), GapLog.lostEvents(watching));
        }
        filter.batch(batch);
    }

    private void prefilterSeen(WorkerRun run, PrefilterSeenMessage piece) {
        prefilterPieces.add(piece);
        if (prefilterPieces.size() > MOST_PREFILTER_PIECES) {
            throw new ProtocolException("PrefilterSeenMessage: more than " + MOST_PREFILTER_PIECES + " pieces");
        }
        if (piece.getLast()) {
            PrefilterSeen seen = PrefilterMapper.seen(prefilterPieces);
            prefilterPieces.clear();
            // Of a batch that is not complete nothing may be concluded; what is not settled is dropped no more.
            if (batches.missingPieces() == 0) {
                filter.prefilterSeen(run.number(), seen);
            }
        }
    }

    /** Of a run that is over it is too late. */
    void decide(int run, PrefilterDecision decision) {
        if (currentLink != null && run == currentRun) {
            PrefilterMapper.toMessages(decision).forEach(currentLink::decide);
        }
    }

    /**
     * What the capture-worker needs to have packets filtered in the kernel, once this side is ready.
     *
     * @throws SessionException why there is nothing
     */
    PrefilterOfferMessage prefilterOffer() {
        WatchReady now = watching;
        if (now == null || !now.hasPrefilter()) {
            throw now == null
                    ? new SessionException(Kind.FAILURE, "filter packets in the kernel: nothing is watched", "")
                    : new SessionException(Kind.NOT_SUPPORTED, now.getPrefilterProblem(), now.getPrefilterHint());
        }
        return now.getPrefilter();
    }

    private static Instant instant(ObservedTime time) {
        return Instant.ofEpochSecond(0, time.epochNanos());
    }

    @Override
    Instant knownUntil(WorkerRun run) {
        if (watermark != null) {
            return instant(watermark);
        }
        return run.ready() == null ? run.started() : run.ready();
    }

    @Override
    void closeRun(WorkerRun run) {
        currentLink = null;
        missingOfEarlierRuns += batches.missingPieces();
        batches = new FlowBatchAssembler();
    }

    SessionReport.Events report() {
        long missing = missingOfEarlierRuns + batches.missingPieces();
        if (watching == null) {
            return new SessionReport.Events("", "", List.of(), received, lost, missing, null);
        }
        return new SessionReport.Events(
                SessionReport.Events.sourceWord(watching.getSource()),
                watching.getReason(),
                List.copyOf(watching.getLimitsList()),
                received,
                lost,
                missing,
                watermark == null ? null : instant(watermark));
    }

    /** Those of the names that were asked for which no process had when the session began. */
    List<String> namesOfNobody() {
        return ofNobody(config.names(), ProcessSelector::ofNames);
    }

    /** Those of the executables that were asked for which no process executed when the session began. */
    List<String> executablesOfNobody() {
        return ofNobody(config.executables(), ProcessSelector::ofExecutables);
    }

    private List<String> ofNobody(List<String> texts, Function<String, ProcessSelector> selectorOf) {
        List<ProcessInfo> processes = firstProcesses;
        if (processes == null) {
            return List.of();
        }
        return texts.stream()
                .filter(text -> {
                    ProcessSelector selector = selectorOf.apply(text);
                    return processes.stream().noneMatch(selector::matches);
                })
                .toList();
    }
}
