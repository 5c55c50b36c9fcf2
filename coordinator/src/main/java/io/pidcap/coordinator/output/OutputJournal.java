package io.pidcap.coordinator.output;

import io.pidcap.coordinator.checkpoint.CheckpointMapper;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterThread;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.OutputFileIntended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes down which files an output has, before anything becomes of them, so that another process can go on with them or
 * take them away. One thread at a time, that of the output.
 */
public final class OutputJournal {
    private final Optional<FlowJournal> journal;
    private Supplier<FilterCheckpoint> checkpoint = () -> FilterCheckpoint.NOTHING;

    private OutputJournal(Optional<FlowJournal> journal) {
        this.journal = journal;
    }

    public static OutputJournal in(FlowJournal journal) {
        return new OutputJournal(Optional.of(journal));
    }

    /** Of an output that nobody will go on with. */
    public static OutputJournal none() {
        return new OutputJournal(Optional.empty());
    }

    /** @param next up to where all packets are in the files that have ended, see {@link FilterThread#checkpoint} */
    public void checkpointsFrom(Supplier<FilterCheckpoint> next) {
        checkpoint = next;
    }

    /** Before there is a file. */
    public void intended(Path target) {
        journal.ifPresent(file -> file.outputFileIntended(
                OutputFileIntended.newBuilder().setPath(target.toString()).build()));
    }

    /** @param share whose packets are in it, where there are files of others */
    public void begun(Path target, OutputFileBegun share) {
        journal.ifPresent(file -> file.outputFileBegun(share.toBuilder()
                .setPath(target.toString())
                .setInode(OutputFile.inode(OutputFile.partOf(target)))
                .build()));
    }

    /** @param part closed, and not under its name yet */
    void ended(FilePart part) throws IOException {
        if (journal.isPresent()) {
            journal.get()
                    .outputFileEnded(record(part)
                            .setCheckpoint(CheckpointMapper.toMessage(checkpoint.get()))
                            .build());
        }
    }

    /** After the filter stage: all packets are in the files. */
    void lastEnded(FilePart part) throws IOException {
        if (journal.isPresent()) {
            journal.get().outputFileEnded(record(part).setLast(true).build());
        }
    }

    private static OutputFileEnded.Builder record(FilePart part) throws IOException {
        return OutputFileEnded.newBuilder()
                .setPath(part.target().toString())
                .setPackets(part.packets())
                .setBytes(Files.size(OutputFile.partOf(part.target())));
    }
}
