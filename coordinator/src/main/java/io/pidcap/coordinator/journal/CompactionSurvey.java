package io.pidcap.coordinator.journal;

import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.wire.EventMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The first reading of a journal that is to be compacted: finds how far its beginning reaches, of which no packet needs to
 * know what has ended in it, and what of that beginning must stay. Records are told by their numbers. One thread.
 *
 * <p>The beginning ends behind a whole batch or a whole snapshot: after a few records everything is needed.
 */
final class CompactionSurvey {
    /** More than the entries of any message. */
    private static final int PLACE_BITS = 24;

    private final long endedBeforeMonotonicNanos;
    private final SocketSurvey sockets = new SocketSurvey();
    private final ProcessSurvey processes = new ProcessSurvey(sockets::owners);
    private final SpoolSurvey spool;
    private final OutputSurvey output = new OutputSurvey();
    private final Set<Long> neededBatches = new HashSet<>();

    private int run;
    private final List<RunFlowBatch> pieces = new ArrayList<>();
    private final List<Long> pieceIndexes = new ArrayList<>();
    private final List<ProcessInfo> arriving = new ArrayList<>();
    private long lastBatchOfRun = -1;
    private long lastAddresses = -1;
    private long beginningEnd;

    /**
     * Of a journal's beginning.
     *
     * @param endedBeforeMonotonicNanos no packet needs what has ended before then
     * @param checkpoint what lies before it is in the output
     */
    CompactionSurvey(long endedBeforeMonotonicNanos, SegmentFiltered checkpoint) {
        this.endedBeforeMonotonicNanos = endedBeforeMonotonicNanos;
        this.spool = new SpoolSurvey(checkpoint);
    }

    /**
     * Takes in the next record.
     *
     * @return false: the beginning is over, no more is of interest
     */
    boolean add(JournalRecord entry, long index) {
        switch (entry.getBodyCase()) {
            case SESSION_STARTED -> {
                processes.wanted(entry.getSessionStarted().getPidsList());
                output.started(entry.getSessionStarted());
            }
            case SNAPSHOT_PART -> {
                return snapshotPart(entry.getSnapshotPart(), index);
            }
            case FLOW_BATCH -> {
                return piece(entry.getFlowBatch(), index);
            }
            case SPOOL_PROGRESS -> spool.progress(entry.getSpoolProgress(), index);
            case SEGMENT_FILTERED -> spool.filtered(index);
            default -> output.add(entry, index);
        }
        return true;
    }

    private boolean snapshotPart(RunSnapshotPart body, long index) {
        enter(body.getRun());
        SnapshotPart part = body.getPart();
        long taken = part.getTaken().getMonotonicNanos();
        if (taken >= endedBeforeMonotonicNanos) {
            return false;
        }
        for (Process process : part.getProcessesList()) {
            arriving.add(EventMapper.toModel(process));
        }
        int nth = 0;
        for (Socket socket : part.getSocketsList()) {
            sockets.add(EventMapper.toModel(socket), place(index, nth++));
        }
        if (part.getLast()) {
            if (!pieces.isEmpty()) {
                return false;
            }
            processes.register(arriving);
            processes.exitedAllBut(arriving, taken);
            arriving.clear();
            sockets.snapshotEnds();
            beginningEnd = index + 1;
        }
        return true;
    }

    private boolean piece(RunFlowBatch body, long index) {
        enter(body.getRun());
        pieces.add(body);
        pieceIndexes.add(index);
        if (!body.getBatch().hasCompleteUntil()) {
            return true;
        }
        long until = body.getBatch().getCompleteUntil().getMonotonicNanos();
        if (until >= endedBeforeMonotonicNanos) {
            return false;
        }
        apply(until);
        lastBatchOfRun = index;
        beginningEnd = index + 1;
        return true;
    }

    private void apply(long until) {
        List<ProcessInfo> infos = new ArrayList<>();
        for (RunFlowBatch piece : pieces) {
            piece.getBatch().getProcessesList().forEach(process -> infos.add(EventMapper.toModel(process)));
        }
        processes.register(infos);
        for (int i = 0; i < pieces.size(); i++) {
            FlowBatchMessage piece = pieces.get(i).getBatch();
            int nth = 0;
            for (FlowEventMessage event : piece.getEventsList()) {
                sockets.add(EventMapper.toModel(event), place(pieceIndexes.get(i), nth++));
            }
            processes.exited(
                    piece.getExitsList().stream().map(EventMapper::toModel).toList(), until);
            if (piece.getLocalAddressesChanged()) {
                lastAddresses = pieceIndexes.get(pieces.size() - 1);
            }
        }
        pieces.clear();
        pieceIndexes.clear();
    }

    /** Half of what an earlier run left unfinished never comes. */
    private void enter(int entered) {
        if (entered != run) {
            run = entered;
            pieces.clear();
            pieceIndexes.clear();
            arriving.clear();
            sockets.snapshotBegins();
            neededBatches.add(lastBatchOfRun);
            lastBatchOfRun = -1;
        }
    }

    /** Nothing more comes. */
    void end() {
        neededBatches.add(lastBatchOfRun);
        neededBatches.add(lastAddresses);
        sockets.end();
        processes.end();
    }

    /** Number of the first record that stays as it is, with all that come after it; 0: there is no beginning. */
    long beginningEnd() {
        return beginningEnd;
    }

    /** Of an event of a batch, or a row of a snapshot. */
    static long place(long index, int nth) {
        return index << PLACE_BITS | nth;
    }

    SocketSurvey sockets() {
        return sockets;
    }

    ProcessSurvey processes() {
        return processes;
    }

    SpoolSurvey spool() {
        return spool;
    }

    OutputSurvey output() {
        return output;
    }

    /** Whether a batch must be told whatever is in it: for its watermark, or the addresses. */
    boolean needsBatch(long lastPieceIndex) {
        return neededBatches.contains(lastPieceIndex);
    }

    boolean needsAddressesOf(long lastPieceIndex) {
        return lastPieceIndex == lastAddresses;
    }
}
