package io.pidcap.coordinator.journal;

import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.JournalSequence;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.RunCaptureReady;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.RunSpoolProgress;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.WorkerRunEnded;
import io.pidcap.protocol.wire.FlowBatchAssembler;
import io.pidcap.protocol.wire.JournalSnapshotDecoder;
import io.pidcap.protocol.wire.JournalSnapshotDecoder.Found;
import io.pidcap.protocol.wire.ProtocolException;
import io.pidcap.protocol.wire.SnapshotAssembler;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a journal tells, in the order in which the session learnt it. One thread. */
public final class JournalReplay implements AutoCloseable {
    /** Who is told. What concerns the spool is of no use where the packets come from elsewhere. */
    public interface Sink {
        /** Begins a run of an event-worker. */
        void snapshot(SocketSnapshot snapshot);

        void batch(FlowBatch batch);

        /** The journal's first word. */
        default void sessionStarted(SessionStarted session) {}

        default void captureReady(int run, CaptureReady ready) {}

        default void spoolProgress(int run, SpoolProgress progress) {}

        default void captureRunEnded(int run) {}
    }

    private final JournalSequence reader;
    private final JournalSnapshotDecoder snapshotParts = new JournalSnapshotDecoder();
    private int run;
    private SnapshotAssembler snapshots = new SnapshotAssembler();
    private FlowBatchAssembler batches = new FlowBatchAssembler();
    private long missingMessagesOfEarlierRuns;
    private long lostEvents;

    private JournalReplay(JournalSequence reader) {
        this.reader = reader;
    }

    /**
     * Opens a journal with all that goes on in other files.
     *
     * @throws CaptureFileException not a journal, or of a version that this release does not read
     */
    public static JournalReplay open(Path path) throws IOException {
        return new JournalReplay(JournalSequence.open(path));
    }

    /**
     * Reads on until it has told of something.
     *
     * @return false: the journal has ended, or what is left of it was torn when its writer died
     * @throws CaptureFileException a corrupt record, with its offset
     */
    public boolean next(Sink sink) throws IOException {
        while (true) {
            if (!reader.advance()) {
                return false;
            }
            Found part = snapshotParts.decode(reader.body(), reader.bodyOffset(), reader.bodyLength());
            try {
                boolean told = part != null ? tell(part, sink) : tell(reader.decoded(), sink);
                if (told) {
                    return true;
                }
            } catch (ProtocolException e) {
                throw reader.refused(e.getMessage());
            }
        }
    }

    private boolean tell(Found found, Sink sink) {
        enter(found.run());
        return tell(snapshots.add(found.part()), sink);
    }

    private static boolean tell(@Nullable SocketSnapshot snapshot, Sink sink) {
        if (snapshot != null) {
            sink.snapshot(snapshot);
        }
        return snapshot != null;
    }

    private boolean tell(JournalRecord entry, Sink sink) {
        if (entry.hasSnapshotPart()) {
            RunSnapshotPart part = entry.getSnapshotPart();
            enter(part.getRun());
            return tell(snapshots.add(part.getPart()), sink);
        }
        if (entry.hasFlowBatch()) {
            RunFlowBatch piece = entry.getFlowBatch();
            enter(piece.getRun());
            batches.passOver(piece.getLeftOutNumbers());
            FlowBatch batch = batches.add(piece.getBatch());
            if (batch != null) {
                lostEvents += batch.lostEvents();
                sink.batch(batch);
            }
            return batch != null;
        }
        if (entry.hasLeftOut()) {
            lostEvents += entry.getLeftOut().getLostEvents();
            missingMessagesOfEarlierRuns += entry.getLeftOut().getMissingPieces();
            return false;
        }
        return tellOfSpool(entry, sink);
    }

    private static boolean tellOfSpool(JournalRecord entry, Sink sink) {
        switch (entry.getBodyCase()) {
            case SESSION_STARTED -> sink.sessionStarted(entry.getSessionStarted());
            case CAPTURE_READY -> {
                RunCaptureReady body = entry.getCaptureReady();
                sink.captureReady(body.getRun(), body.getReady());
            }
            case SPOOL_PROGRESS -> {
                RunSpoolProgress body = entry.getSpoolProgress();
                sink.spoolProgress(body.getRun(), body.getProgress());
            }
            case WORKER_RUN_ENDED -> {
                WorkerRunEnded body = entry.getWorkerRunEnded();
                if (body.getRole() != Role.ROLE_CAPTURE_WORKER) {
                    return false;
                }
                sink.captureRunEnded(body.getRun());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Half of what an earlier run left unfinished never comes. */
    private void enter(int entered) {
        if (entered != run) {
            missingMessagesOfEarlierRuns += batches.missingPieces();
            run = entered;
            snapshots = new SnapshotAssembler();
            batches = new FlowBatchAssembler();
        }
    }

    /** What the event-worker lost and what of its messages is not here, as far as was read. */
    public long lostEvents() {
        return lostEvents + missingMessagesOfEarlierRuns + batches.missingPieces();
    }

    /** Of an incomplete last record, once {@link #next} has given false. */
    public long tornBytes() {
        return reader.tornBytes();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
