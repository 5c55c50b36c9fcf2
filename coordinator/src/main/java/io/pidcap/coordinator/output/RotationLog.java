package io.pidcap.coordinator.output;

import io.pidcap.coordinator.checkpoint.CheckpointMapper;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileEnded;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Supplier;

/**
 * Writes down which file of an output the packets are in, before anything becomes of the file, so that another process can
 * go on with the last one.
 */
final class RotationLog {
    private final FlowJournal journal;
    private final Supplier<FilterCheckpoint> checkpoint;

    /** @param checkpoint up to where all packets are in the files that have ended, asked for when another one ends */
    RotationLog(FlowJournal journal, Supplier<FilterCheckpoint> checkpoint) {
        this.journal = journal;
        this.checkpoint = checkpoint;
    }

    void begun(FilePart part) {
        journal.outputFileBegun(OutputFileBegun.newBuilder()
                .setPath(part.target().toString())
                .setInode(OutputFile.inode(OutputFile.partOf(part.target())))
                .build());
    }

    /** @param part closed, and not under its name yet */
    void ended(FilePart part) throws IOException {
        journal.outputFileEnded(record(part)
                .setCheckpoint(CheckpointMapper.toMessage(checkpoint.get()))
                .build());
    }

    /** After the filter stage: all packets are in the files. */
    void lastEnded(FilePart part) throws IOException {
        journal.outputFileEnded(record(part).setLast(true).build());
    }

    private static OutputFileEnded.Builder record(FilePart part) throws IOException {
        return OutputFileEnded.newBuilder()
                .setPath(part.target().toString())
                .setPackets(part.packets())
                .setBytes(Files.size(OutputFile.partOf(part.target())));
    }
}
