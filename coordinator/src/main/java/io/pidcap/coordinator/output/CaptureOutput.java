package io.pidcap.coordinator.output;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.FileTotals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where packets go that are kept: one file, one for each process name, one after the other, or standard output. Every
 * file appears under its name when it is complete. One thread at a time: the filter stage's writes, and who made this
 * ends it after the stage is over.
 */
public interface CaptureOutput {
    /**
     * Begins an output.
     *
     * @param target the file; where it is split, what its files are named after, or an existing directory for them
     * @param force replaces what is there
     * @param ownerUserId to whom it is given, with {@code ownerGroupId}; -1: to nobody else
     * @param journal in which it writes down what is needed to go on with it
     * @throws SessionException it cannot be written there
     * @throws IOException it could not be begun; nothing of it is left
     */
    static CaptureOutput create(
            Path target, OutputStyle style, boolean force, int ownerUserId, int ownerGroupId, OutputJournal journal)
            throws IOException {
        if (style.rotation().rotates()) {
            return new RotatingOutput(target, style, force, ownerUserId, ownerGroupId, journal, InstantSource.system());
        }
        return style.split()
                ? new SplitOutput(target, style, force, ownerUserId, ownerGroupId, journal)
                : SingleOutput.create(target, style, force, ownerUserId, ownerGroupId, journal);
    }

    /**
     * Goes on with a split output whose process died. The parameters are those of {@link #create}.
     *
     * @param left the files that there were, in the order in which they were begun
     * @param packetsInSeveral see {@link FileTotals}
     * @throws SessionException one of them is not what was left, or cannot be written
     */
    static CaptureOutput resumeSplit(
            Path target,
            OutputStyle style,
            boolean force,
            int ownerUserId,
            int ownerGroupId,
            OutputJournal journal,
            List<LeftShare> left,
            long packetsInSeveral)
            throws IOException {
        SplitOutput output = new SplitOutput(target, style, force, ownerUserId, ownerGroupId, journal);
        output.resume(left, packetsInSeveral);
        return output;
    }

    /** To be closed before {@link #complete} or {@link #countLost}. */
    CaptureFileWriter writer();

    /** Nothing more will be written: the last file that was asked for is over. From any thread. */
    default boolean isFull() {
        return false;
    }

    /**
     * After a failed write: how many of the packets that were handed over are not where they should be.
     *
     * @param handedOver packets
     */
    long countLost(long handedOver) throws IOException;

    /**
     * The file that is written, or where files are made, if somebody has deleted it: what is written is lost. From any
     * thread.
     */
    default Optional<Path> deleted() {
        return Optional.empty();
    }

    /** Where the packets are that could not get their name, one sentence each. */
    default List<String> unfinished() {
        return List.of();
    }

    /** Everything is written: gives each file its name. */
    void complete() throws IOException;

    /** Nothing came of it: deletes what there is. */
    void abandon() throws IOException;

    /** After the writer was closed: completes when everything is where it should be, as far as it comes there. */
    default CompletableFuture<Void> taken() {
        return CompletableFuture.completedFuture(null);
    }

    /** Packets that were handed over and are not written, because who reads them is too slow. From any thread. */
    default long droppedPackets() {
        return 0;
    }

    /** Whether nobody takes the packets any more, which is no failure of the session's. */
    default boolean isUnread() {
        return false;
    }

    /** What the user should know of a completed output, one sentence each. */
    List<String> notes();

    /** Before {@link #complete} where it will be, then where it is. */
    OutputReport report();
}
