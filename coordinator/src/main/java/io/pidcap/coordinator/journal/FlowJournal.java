package io.pidcap.coordinator.journal;

import io.pidcap.coordinator.platform.PrivateFiles;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.OutputFileIntended;
import io.pidcap.protocol.v1.RunCaptureReady;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.RunSpoolProgress;
import io.pidcap.protocol.v1.RunWatchReady;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.v1.SessionEnded;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SessionStopping;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.v1.WorkerRunEnded;
import io.pidcap.protocol.v1.WorkerRunStarted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a running session, see journal.proto. Each record has reached the file system when its method returns,
 * so that it outlives this process. When a record cannot be written the session is told, once, and the journal is not
 * written to again: half of a later truth would be worse than none.
 *
 * <p>The session's thread writes it, but for the records of the output's files: they must be there before the filter's
 * thread goes on, which cannot wait for the session's. So any thread may write, one record after the other.
 */
public final class FlowJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowJournal.class);

    private final JournalWriter writer;
    private final Consumer<IOException> onFailure;
    private boolean broken;

    private FlowJournal(JournalWriter writer, Consumer<IOException> onFailure) {
        this.writer = writer;
        this.onFailure = onFailure;
    }

    /**
     * Makes a new journal, mode 0600.
     *
     * @param onFailure called at most once, from within the method that could not write
     * @throws IOException naming the file
     */
    public static FlowJournal create(Path file, Consumer<IOException> onFailure) throws IOException {
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PrivateFiles.attributesOf(file));
        return new FlowJournal(new JournalWriter(channel, file.toString()), onFailure);
    }

    public void sessionStarted(SessionStarted body) {
        append(JournalRecord.newBuilder().setSessionStarted(body));
    }

    public void runStarted(WorkerRunStarted body) {
        append(JournalRecord.newBuilder().setWorkerRunStarted(body));
    }

    public void runEnded(WorkerRunEnded body) {
        append(JournalRecord.newBuilder().setWorkerRunEnded(body));
    }

    public void snapshotPart(int run, SnapshotPart part) {
        append(JournalRecord.newBuilder()
                .setSnapshotPart(RunSnapshotPart.newBuilder().setRun(run).setPart(part)));
    }

    public void watchReady(int run, WatchReady ready) {
        append(JournalRecord.newBuilder()
                .setWatchReady(RunWatchReady.newBuilder().setRun(run).setReady(ready)));
    }

    public void flowBatch(int run, FlowBatchMessage batch) {
        append(JournalRecord.newBuilder()
                .setFlowBatch(RunFlowBatch.newBuilder().setRun(run).setBatch(batch)));
    }

    public void captureReady(int run, CaptureReady ready) {
        append(JournalRecord.newBuilder()
                .setCaptureReady(RunCaptureReady.newBuilder().setRun(run).setReady(ready)));
    }

    public void spoolProgress(int run, SpoolProgress progress) {
        append(JournalRecord.newBuilder()
                .setSpoolProgress(RunSpoolProgress.newBuilder().setRun(run).setProgress(progress)));
    }

    public void segmentFiltered(SegmentFiltered body) {
        append(JournalRecord.newBuilder().setSegmentFiltered(body));
    }

    public void outputFileIntended(OutputFileIntended body) {
        append(JournalRecord.newBuilder().setOutputFileIntended(body));
    }

    public void outputFileBegun(OutputFileBegun body) {
        append(JournalRecord.newBuilder().setOutputFileBegun(body));
    }

    public void outputFileEnded(OutputFileEnded body) {
        append(JournalRecord.newBuilder().setOutputFileEnded(body));
    }

    public void stopping(String reason) {
        append(JournalRecord.newBuilder()
                .setSessionStopping(SessionStopping.newBuilder().setReason(reason)));
    }

    public void ended(String reportJson) {
        append(JournalRecord.newBuilder()
                .setSessionEnded(SessionEnded.newBuilder().setReportJson(reportJson)));
    }

    private synchronized void append(JournalRecord.Builder body) {
        if (broken) {
            return;
        }
        Instant now = Instant.now();
        body.setWrittenEpochNanos(now.getEpochSecond() * 1_000_000_000 + now.getNano());
        try {
            writer.append(body.build());
            writer.flush();
        } catch (IOException e) {
            broken = true;
            LOG.error("the journal is not written any more: {}", e.getMessage());
            onFailure.accept(e);
        }
    }

    /** Idempotent. */
    @Override
    public synchronized void close() throws IOException {
        try {
            writer.close();
        } catch (IOException e) {
            if (!broken) {
                throw e;
            }
            LOG.debug("close the broken journal", e);
        }
    }
}
