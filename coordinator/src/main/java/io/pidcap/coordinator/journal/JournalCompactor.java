package io.pidcap.coordinator.journal;

import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.platform.PrivateFiles;
import io.pidcap.protocol.file.JournalParts;
import io.pidcap.protocol.file.JournalSequence;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a journal's files but the last, which is being written, into its first: what the live timeline has forgotten,
 * the journal forgets, too. A thread of its own, used once.
 *
 * <p>The new file gets its place at once, by renaming, when it is complete and on the disk. From then on those that it
 * stands for are not read any more, whether they could be deleted or not.
 */
final class JournalCompactor {
    /** By how much a packet may seem older, or an end later, than it is. */
    private static final long MARGIN_NANOS = 5_000_000_000L;

    /** Told on the compactor's thread. */
    interface Listener {
        /**
         * It is over, and was not cancelled.
         *
         * @param bytes of the files now
         * @param failure why they are as they were; null: they are compacted
         */
        void compacted(long bytes, @Nullable IOException failure);
    }

    private final JournalParts parts;
    private final int lastPart;
    private final SegmentFiltered checkpoint;
    private final Listener listener;
    private final Thread thread = new Thread(this::run, "journal-compactor");
    private volatile boolean cancelled;

    /**
     * Does nothing until {@link #start}.
     *
     * @param lastPart of those that are to be compacted
     * @param checkpoint what lies before it is in the output; it lies in the journal
     */
    JournalCompactor(JournalParts parts, int lastPart, SegmentFiltered checkpoint, Listener listener) {
        this.parts = parts;
        this.lastPart = lastPart;
        this.checkpoint = checkpoint;
        this.listener = listener;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Stops soon, with the files as they were or compacted. Waits for it. */
    void cancel() {
        cancelled = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        IOException failure = null;
        long bytes = 0;
        try {
            bytes = compact(parts, lastPart, checkpoint, () -> cancelled);
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException("compact " + parts.first() + ": " + e, e);
        }
        if (!cancelled) {
            listener.compacted(bytes, failure);
        }
    }

    /**
     * Compacts, unless it is cancelled.
     *
     * @return the bytes of the files then
     * @throws IOException they are as they were
     */
    static long compact(JournalParts parts, int lastPart, SegmentFiltered checkpoint, BooleanSupplier cancelled)
            throws IOException {
        long before = bytes(parts, lastPart);
        if (!checkpoint.hasAllBeforeMonotonicNanos()) {
            return before;
        }
        CompactionSurvey survey = survey(parts, lastPart, checkpoint, cancelled);
        if (survey.beginningEnd() == 0 || cancelled.getAsBoolean()) {
            return before;
        }
        checkRoom(parts, before);
        Path unfinished = parts.unfinished();
        Files.deleteIfExists(unfinished);
        try {
            write(parts, lastPart, survey, cancelled);
            if (cancelled.getAsBoolean()) {
                return before;
            }
            Files.move(unfinished, parts.first(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        deleteReplaced(parts, lastPart);
        return Files.size(parts.first());
    }

    private static long bytes(JournalParts parts, int lastPart) throws IOException {
        long bytes = 0;
        for (int number = 1; number <= lastPart; number++) {
            bytes += Files.exists(parts.path(number)) ? Files.size(parts.path(number)) : 0;
        }
        return bytes;
    }

    private static CompactionSurvey survey(
            JournalParts parts, int lastPart, SegmentFiltered checkpoint, BooleanSupplier cancelled)
            throws IOException {
        long endedBefore = checkpoint.getAllBeforeMonotonicNanos() - FlowTimeline.LONGEST_TAIL_NANOS - MARGIN_NANOS;
        CompactionSurvey survey = new CompactionSurvey(endedBefore, checkpoint);
        try (JournalSequence reader = JournalSequence.open(parts, lastPart)) {
            boolean more = true;
            for (long index = 0; more && !cancelled.getAsBoolean() && reader.advance(); index++) {
                try {
                    more = survey.add(reader.decoded(), index);
                } catch (ProtocolException e) {
                    throw reader.refused(e.getMessage());
                }
            }
        }
        survey.end();
        return survey;
    }

    /** What is left is never more than what is there; nobody else shall be left without room. */
    private static void checkRoom(JournalParts parts, long bytes) throws IOException {
        long free = Files.getFileStore(parts.first()).getUsableSpace();
        if (free < bytes) {
            throw new IOException("it takes up to " + bytes + " bytes, of which " + free + " are free");
        }
    }

    private static void write(JournalParts parts, int lastPart, CompactionSurvey survey, BooleanSupplier cancelled)
            throws IOException {
        Path file = parts.unfinished();
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PrivateFiles.attributesOf(file));
        try (JournalWriter writer = new JournalWriter(channel, file.toString());
                JournalSequence reader = JournalSequence.open(parts, lastPart)) {
            CompactedJournal compacted = new CompactedJournal(survey, writer, lastPart);
            for (long index = 0; index < survey.beginningEnd() && reader.advance(); index++) {
                if (cancelled.getAsBoolean()) {
                    return;
                }
                compacted.add(reader.decoded(), index);
            }
            compacted.end();
            while (!cancelled.getAsBoolean() && reader.advance()) {
                writer.append(reader.body(), reader.bodyOffset(), reader.bodyLength());
            }
            writer.force();
        }
    }

    private static void deleteReplaced(JournalParts parts, int lastPart) throws IOException {
        for (int number = 2; number <= lastPart; number++) {
            Files.deleteIfExists(parts.path(number));
        }
    }
}
