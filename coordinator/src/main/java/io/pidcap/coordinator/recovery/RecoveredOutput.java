package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.output.LimitedWriter;
import io.pidcap.coordinator.output.OutputFile;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.output.OutputJournal;
import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.protocol.file.Annotation;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The output that a coordinator left unfinished, and from where on it is to be filtered.
 *
 * @param file where to go on
 * @param left what was known of it
 * @param from the packets before it are in {@code file}
 * @param begun whether {@code file} has a beginning that stays
 * @param lostPackets that were kept before, in a file that is not there any more
 */
record RecoveredOutput(
        OutputFile file, LeftFile left, SessionStarted head, FilterCheckpoint from, boolean begun, long lostPackets) {
    /** Whether the coordinator died after the output had got its name: there is nothing to do with it then. */
    static boolean isComplete(SessionStarted head) {
        Path target = Path.of(head.getOutputFile());
        return !Files.exists(OutputFile.partOf(target), LinkOption.NOFOLLOW_LINKS)
                && head.getOutputInode() != 0
                && OutputFile.inode(target) == head.getOutputInode();
    }

    /** @throws SessionException it cannot be written */
    static RecoveredOutput open(SessionStarted head, FilterCheckpoint last, OutputJournal journal) {
        LeftFile left =
                new LeftFile(Path.of(head.getOutputFile()), head.getReplaceOutput(), head.getOutputInode(), 0, 0);
        // Where all of the spool is there, nothing depends on what the file holds.
        return open(head, left, head.getKeepSpool() ? FilterCheckpoint.NOTHING : last, journal);
    }

    /** @throws SessionException it cannot be written */
    static RecoveredOutput open(SessionStarted head, LeftFile left, FilterCheckpoint from, OutputJournal journal) {
        if (Files.exists(OutputFile.partOf(left.target()), LinkOption.NOFOLLOW_LINKS)) {
            long bytes = Math.max(0, from.outputBytes() - left.bytesBefore());
            OutputFile file = OutputFile.reopen(left.target(), left.replaces(), left.inode(), bytes);
            return new RecoveredOutput(file, left, head, from, bytes > 0, 0);
        }
        journal.intended(left.target());
        OutputFile anew = create(left.target(), left.replaces(), head);
        journal.begun(left.target(), OutputFileBegun.getDefaultInstance());
        long lost = Math.max(0, from.counters().keptPackets() - left.packetsBefore());
        return new RecoveredOutput(anew, left, head, from, false, lost);
    }

    /** How the session's output is written. */
    static OutputStyle style(SessionStarted head) {
        Annotation annotation = Annotation.valueOf(head.getAnnotation().toUpperCase(Locale.ROOT));
        return new OutputStyle(
                annotation,
                head.getWatch().getWithArguments(),
                head.getMicroseconds(),
                head.getSplitOutput(),
                Rotation.NONE);
    }

    private static OutputFile create(Path target, boolean force, SessionStarted head) {
        try {
            return OutputFile.create(target, force, (int) head.getOutputUserId(), (int) head.getOutputGroupId());
        } catch (SessionException e) {
            throw new SessionException(e.kind(), e.text(), "make place for it and recover again", e);
        }
    }

    /** Appends, see {@link OutputFormat#appender}. */
    CaptureFileWriter writer() throws IOException {
        OutputFormat format = OutputFormat.of(Path.of(head.getOutputFile()));
        return limited(format.appender(file.channel(), file.part(), style(head), begun), head, from);
    }

    /** Takes no more packets than the session was to. */
    static CaptureFileWriter limited(CaptureFileWriter writer, SessionStarted head, FilterCheckpoint from) {
        long limit = head.getPacketLimit();
        return limit == 0
                ? writer
                : new LimitedWriter(writer, limit - from.counters().keptPackets());
    }

    /** The file as it is, with all packets that were kept. */
    OutputReport.Part part(Path path, FilterProgress total) throws IOException {
        long packets = total.counters().keptPackets() - lostPackets - left.packetsBefore();
        return new OutputReport.Part(path.toString(), packets, Files.size(path));
    }
}
