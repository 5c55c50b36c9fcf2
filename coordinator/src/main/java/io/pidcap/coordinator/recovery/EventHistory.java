package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.session.GapLog;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.v1.JournalLeftOut;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.wire.FlowBatchAssembler;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a journal tells of the knowledge of owners. One thread. */
final class EventHistory {
    private FlowBatchAssembler batches = new FlowBatchAssembler();
    private @Nullable WatchReady watching;
    private @Nullable Instant snapshotTaken;
    private @Nullable Instant watermark;
    private long received;
    private long lost;
    private long missingOfEarlierRuns;

    void runStarted() {
        missingOfEarlierRuns += batches.missingPieces();
        batches = new FlowBatchAssembler();
        snapshotTaken = null;
    }

    void snapshotPart(SnapshotPart part) {
        received += part.getSocketsCount();
        snapshotTaken = Instant.ofEpochSecond(0, part.getTaken().getEpochNanos());
    }

    void ready(WatchReady ready) {
        watching = ready;
    }

    void leftOut(JournalLeftOut body) {
        received += body.getEvents();
        lost += body.getLostEvents();
        missingOfEarlierRuns += body.getMissingPieces();
    }

    void batch(RunFlowBatch piece, GapLog gaps) {
        batches.passOver(piece.getLeftOutNumbers());
        FlowBatch batch = batches.add(piece.getBatch());
        if (batch == null) {
            return;
        }
        received += batch.events().size();
        lost += batch.lostEvents();
        watermark = instant(batch.completeUntil());
        FlowGap gap = batch.gap();
        if (gap != null) {
            gaps.incomplete(instant(gap.from()), instant(gap.until()), GapLog.lostEvents(watching));
        }
    }

    private static Instant instant(ObservedTime time) {
        return Instant.ofEpochSecond(0, time.epochNanos());
    }

    /** Until when all events of the newest run are there; null: not known. */
    @Nullable
    Instant watermark() {
        return watermark;
    }

    /** When the newest run looked at everything; null: it has not. */
    @Nullable
    Instant snapshotTaken() {
        return snapshotTaken;
    }

    SessionReport.Events report() {
        WatchReady source = watching == null ? WatchReady.getDefaultInstance() : watching;
        return new SessionReport.Events(
                watching == null ? "" : SessionReport.Events.sourceWord(source.getSource()),
                source.getReason(),
                List.copyOf(source.getLimitsList()),
                received,
                lost,
                missingOfEarlierRuns + batches.missingPieces(),
                watermark);
    }
}
