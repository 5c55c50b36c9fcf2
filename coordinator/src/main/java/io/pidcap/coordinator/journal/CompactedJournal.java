package io.pidcap.coordinator.journal;

import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.JournalCompacted;
import io.pidcap.protocol.v1.JournalLeftOut;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.wire.EventMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The second reading of a journal that is to be compacted: writes what of its beginning must stay, and counts what is left
 * out. One thread.
 */
final class CompactedJournal {
    /** A piece of a batch that is not complete yet. */
    private record Piece(JournalRecord entry, long index) {}

    private final CompactionSurvey survey;
    private final JournalWriter writer;
    private final int throughPart;
    private final List<Piece> pieces = new ArrayList<>();
    private int run;
    private long lastNumber;
    private long lastWrittenNumber;
    private long writtenEpochNanos;
    private long leftOutEvents;
    private long leftOutLostEvents;
    private long leftOutMissingPieces;
    private long leftOutFilePackets;

    /** @param throughPart the last file whose records come */
    CompactedJournal(CompactionSurvey survey, JournalWriter writer, int throughPart) {
        this.survey = survey;
        this.writer = writer;
        this.throughPart = throughPart;
    }

    /** The next record of the beginning. */
    void add(JournalRecord entry, long index) throws IOException {
        writtenEpochNanos = entry.getWrittenEpochNanos();
        switch (entry.getBodyCase()) {
            case SESSION_STARTED -> {
                writer.append(entry);
                writer.append(JournalRecord.newBuilder()
                        .setWrittenEpochNanos(writtenEpochNanos)
                        .setCompacted(JournalCompacted.newBuilder().setThroughPart(throughPart))
                        .build());
            }
            case COMPACTED, CLOCK -> {
                // Said anew; needed by nobody.
            }
            case LEFT_OUT -> leftOut(entry.getLeftOut());
            case SNAPSHOT_PART -> snapshotPart(entry, index);
            case FLOW_BATCH -> piece(entry, index);
            case SPOOL_PROGRESS -> writeIf(survey.spool().needsProgress(entry.getSpoolProgress(), index), entry);
            case SEGMENT_FILTERED -> writeIf(survey.spool().needsFiltered(index), entry);
            case OUTPUT_FILE_ENDED -> fileEnded(entry, index);
            default -> writeIf(survey.output().needs(entry, index), entry);
        }
    }

    private void writeIf(boolean needed, JournalRecord entry) throws IOException {
        if (needed) {
            writer.append(entry);
        }
    }

    private void leftOut(JournalLeftOut body) {
        leftOutEvents += body.getEvents();
        leftOutLostEvents += body.getLostEvents();
        leftOutMissingPieces += body.getMissingPieces();
        leftOutFilePackets += body.getFilePackets();
    }

    private void fileEnded(JournalRecord entry, long index) throws IOException {
        OutputFileEnded body = entry.getOutputFileEnded();
        if (!survey.output().needs(entry, index)) {
            leftOutFilePackets += body.getPackets();
        } else if (body.hasCheckpoint() && !survey.output().needsCheckpointAt(index)) {
            writer.append(entry.toBuilder()
                    .setOutputFileEnded(body.toBuilder().clearCheckpoint())
                    .build());
        } else {
            writer.append(entry);
        }
    }

    private void snapshotPart(JournalRecord entry, long index) throws IOException {
        enter(entry.getSnapshotPart().getRun());
        SnapshotPart part = entry.getSnapshotPart().getPart();
        SnapshotPart.Builder kept = part.toBuilder().clearProcesses().clearSockets();
        addNeeded(part.getProcessesList(), kept::addProcesses);
        int nth = 0;
        for (Socket socket : part.getSocketsList()) {
            if (survey.sockets().needs(EventMapper.toModel(socket), CompactionSurvey.place(index, nth++))) {
                kept.addSockets(socket);
            } else {
                leftOutEvents++;
            }
        }
        boolean tells = kept.getProcessesCount() + kept.getSocketsCount() + kept.getLocalAddressesCount() > 0;
        if (tells || part.getLast()) {
            writer.append(entry.toBuilder()
                    .setSnapshotPart(RunSnapshotPart.newBuilder().setRun(run).setPart(kept))
                    .build());
        }
    }

    private interface Taker {
        Object add(Process process);
    }

    private void addNeeded(List<Process> processes, Taker kept) {
        for (Process process : processes) {
            if (survey.processes().needs(EventMapper.toModel(process.getIdentity()))) {
                kept.add(process);
            }
        }
    }

    private void piece(JournalRecord entry, long index) throws IOException {
        RunFlowBatch body = entry.getFlowBatch();
        enter(body.getRun());
        leftOutMissingPieces += body.getBatch().getNumber() - lastNumber - 1 - body.getLeftOutNumbers();
        lastNumber = body.getBatch().getNumber();
        pieces.add(new Piece(entry, index));
        if (!body.getBatch().hasCompleteUntil()) {
            return;
        }
        boolean addresses = survey.needsAddressesOf(index);
        boolean told = body.getBatch().hasGap() || survey.needsBatch(index);
        for (int i = 0; i < pieces.size(); i++) {
            JournalRecord piece = pieces.get(i).entry;
            FlowBatchMessage kept = needed(piece.getFlowBatch().getBatch(), pieces.get(i).index, addresses);
            boolean tells = kept.getProcessesCount() + kept.getEventsCount() + kept.getExitsCount() > 0
                    || kept.getLocalAddressesChanged();
            told |= tells;
            boolean isLast = i == pieces.size() - 1;
            if (tells || (isLast && told)) {
                write(piece, kept);
            } else {
                leftOutLostEvents += kept.getLostEvents();
            }
        }
        pieces.clear();
    }

    private FlowBatchMessage needed(FlowBatchMessage piece, long index, boolean addresses) {
        FlowBatchMessage.Builder kept =
                piece.toBuilder().clearProcesses().clearEvents().clearExits();
        addNeeded(piece.getProcessesList(), kept::addProcesses);
        int nth = 0;
        for (FlowEventMessage event : piece.getEventsList()) {
            if (survey.sockets().needs(EventMapper.toModel(event), CompactionSurvey.place(index, nth++))) {
                kept.addEvents(event);
            } else {
                leftOutEvents++;
            }
        }
        piece.getExitsList().stream()
                .filter(exit -> survey.processes().needs(EventMapper.toModel(exit)))
                .forEach(kept::addExits);
        if (!addresses) {
            kept.clearLocalAddressesChanged().clearLocalAddresses();
        }
        return kept.build();
    }

    private void write(JournalRecord piece, FlowBatchMessage kept) throws IOException {
        long leftOut = kept.getNumber() - lastWrittenNumber - 1;
        lastWrittenNumber = kept.getNumber();
        writer.append(piece.toBuilder()
                .setFlowBatch(
                        RunFlowBatch.newBuilder().setRun(run).setBatch(kept).setLeftOutNumbers(leftOut))
                .build());
    }

    /** What an earlier run left unfinished is needed by nobody, and its events were never counted. */
    private void enter(int entered) {
        if (entered != run) {
            run = entered;
            lastNumber = 0;
            lastWrittenNumber = 0;
            pieces.clear();
        }
    }

    /** The beginning is over. */
    void end() throws IOException {
        writer.append(JournalRecord.newBuilder()
                .setWrittenEpochNanos(writtenEpochNanos)
                .setLeftOut(JournalLeftOut.newBuilder()
                        .setEvents(leftOutEvents)
                        .setLostEvents(leftOutLostEvents)
                        .setMissingPieces(leftOutMissingPieces)
                        .setFilePackets(leftOutFilePackets))
                .build());
    }
}
