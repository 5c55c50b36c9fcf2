package io.pidcap.coordinator.journal;

import io.pidcap.coordinator.platform.PrivateFiles;
import io.pidcap.protocol.file.JournalParts;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.JournalContinued;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a running session, see journal.proto. Each record has reached the file system when its method returns,
 * so that it outlives this process. When a record cannot be written the session is told, once, and the journal is not
 * written to again: half of a later truth would be worse than none.
 *
 * <p>The session's thread writes it, but for the records of the output's files: they must be there before the filter's
 * thread goes on, which cannot wait for the session's. So any thread may write, one record after the other.
 *
 * <p>One that has become long goes on in another file; what lies before it is compacted by a thread of its own, once a
 * checkpoint has told what of it may still be needed. That it cannot be compacted is no failure of the session: it is
 * logged, and tried again when the journal has grown by as much.
 */
public final class FlowJournal implements AutoCloseable {
    /** For {@link #create}. */
    public static final long NEVER_COMPACTED = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(FlowJournal.class);

    private enum Compaction {
        NONE,
        /** The last file goes on behind what is to be compacted. */
        AWAITS_CHECKPOINT,
        RUNS,
        /** None will follow. */
        OVER
    }

    private final JournalParts parts;
    private final long leastBytes;
    private final Consumer<IOException> onFailure;
    private JournalWriter writer;
    private boolean broken;
    private String sessionId = "";
    private Consumer<Consumer<SegmentFiltered>> checkpoints = taker -> {};
    private Compaction compaction = Compaction.NONE;
    private int lastPart = 1;
    /** Of all files but the last. */
    private long earlierBytes;

    private long compactedAtBytes;
    private @Nullable JournalCompactor compactor;

    private FlowJournal(JournalParts parts, JournalWriter writer, long leastBytes, Consumer<IOException> onFailure) {
        this.parts = parts;
        this.writer = writer;
        this.leastBytes = leastBytes;
        this.compactedAtBytes = leastBytes;
        this.onFailure = onFailure;
    }

    /**
     * Makes a new journal, mode 0600.
     *
     * @param compactedFromBytes it is compacted when it is longer than this, and than twice what was left the last time;
     *     or {@link #NEVER_COMPACTED}
     * @param onFailure called at most once, from within the method that could not write
     * @throws IOException naming the file
     */
    public static FlowJournal create(Path file, long compactedFromBytes, Consumer<IOException> onFailure)
            throws IOException {
        return new FlowJournal(new JournalParts(file), newFile(file), compactedFromBytes, onFailure);
    }

    private static JournalWriter newFile(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PrivateFiles.attributesOf(file));
        return new JournalWriter(channel, file.toString());
    }

    /**
     * Without it nothing is compacted.
     *
     * @param source tells the taker a checkpoint soon, unless it is {@linkplain RejectedExecutionException too busy}; called
     *     within a method of this journal, for which it must not wait
     */
    public synchronized void checkpointsFrom(Consumer<Consumer<SegmentFiltered>> source) {
        checkpoints = source;
    }

    public synchronized void sessionStarted(SessionStarted body) {
        sessionId = body.getSessionId();
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

    public synchronized void segmentFiltered(SegmentFiltered body) {
        append(JournalRecord.newBuilder().setSegmentFiltered(body));
        if (compaction == Compaction.AWAITS_CHECKPOINT && !broken) {
            compaction = Compaction.RUNS;
            compactor = new JournalCompactor(parts, lastPart - 1, body, this::compacted);
            compactor.start();
        }
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

    /** The last record; the journal's files are the caller's then. */
    public void ended(String reportJson) {
        append(JournalRecord.newBuilder()
                .setSessionEnded(SessionEnded.newBuilder().setReportJson(reportJson)));
        stopCompacting();
    }

    private synchronized void append(JournalRecord.Builder body) {
        if (broken) {
            return;
        }
        try {
            write(writer, body);
        } catch (IOException e) {
            broken = true;
            LOG.error("the journal is not written any more: {}", e.getMessage());
            onFailure.accept(e);
            return;
        }
        if (compaction == Compaction.NONE && earlierBytes + writer.length() > compactedAtBytes) {
            goOnInNextFile();
        }
    }

    private static void write(JournalWriter writer, JournalRecord.Builder body) throws IOException {
        Instant now = Instant.now();
        body.setWrittenEpochNanos(now.getEpochSecond() * 1_000_000_000 + now.getNano());
        writer.append(body.build());
        writer.flush();
    }

    private void goOnInNextFile() {
        Path file = parts.path(lastPart + 1);
        JournalWriter next;
        try {
            next = newFile(file);
        } catch (IOException e) {
            notCompacted(e);
            return;
        }
        try {
            write(
                    next,
                    JournalRecord.newBuilder()
                            .setContinued(JournalContinued.newBuilder()
                                    .setSessionId(sessionId)
                                    .setPart(lastPart + 1)));
        } catch (IOException e) {
            discard(next, file);
            notCompacted(e);
            return;
        }
        earlierBytes += writer.length();
        closeQuietly(writer);
        writer = next;
        lastPart++;
        compaction = Compaction.AWAITS_CHECKPOINT;
        try {
            checkpoints.accept(this::segmentFiltered);
        } catch (RejectedExecutionException e) {
            compaction = Compaction.NONE;
            notCompacted(new IOException("no checkpoint can be asked for", e));
        }
    }

    private static void discard(JournalWriter writer, Path file) {
        closeQuietly(writer);
        try {
            Files.delete(file);
        } catch (IOException e) {
            LOG.warn("delete {}: {}", file, e.getMessage());
        }
    }

    /** All of it that matters was written before. */
    private static void closeQuietly(JournalWriter writer) {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.debug("close a file of the journal", e);
        }
    }

    private void notCompacted(IOException cause) {
        LOG.warn("the journal is not compacted now: {}", cause.getMessage());
        compactedAtBytes = earlierBytes + writer.length() + leastBytes;
    }

    /** On the compactor's thread. */
    private synchronized void compacted(long bytes, @Nullable IOException failure) {
        if (compaction != Compaction.RUNS) {
            return;
        }
        compaction = Compaction.NONE;
        if (failure != null) {
            notCompacted(failure);
            return;
        }
        LOG.debug("compacted the journal from {} to {} bytes", earlierBytes, bytes);
        earlierBytes = bytes;
        compactedAtBytes = Math.max(leastBytes, 2 * bytes);
    }

    private void stopCompacting() {
        JournalCompactor running;
        synchronized (this) {
            compaction = Compaction.OVER;
            running = compactor;
            compactor = null;
        }
        if (running != null) {
            running.cancel();
        }
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {
        stopCompacting();
        closeWriter();
    }

    private synchronized void closeWriter() throws IOException {
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
