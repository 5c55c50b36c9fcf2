package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.session.OutputFile;
import io.pidcap.coordinator.session.OutputFormat;
import io.pidcap.coordinator.session.OutputStyle;
import io.pidcap.coordinator.session.Rotation;
import io.pidcap.coordinator.session.SessionException;
import io.pidcap.protocol.file.Annotation;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.PcapHeader;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The output that a coordinator left unfinished, and from where on it is to be filtered.
 *
 * @param file where to go on
 * @param from the packets before it are in {@code file}
 * @param begun whether {@code file} has a beginning that stays
 * @param lostPackets that were kept before, in a file that is not there any more
 */
record RecoveredOutput(OutputFile file, OutputStyle style, FilterCheckpoint from, boolean begun, long lostPackets) {
    /** Whether the coordinator died after the output had got its name: there is nothing to do with it then. */
    static boolean isComplete(SessionStarted head) {
        Path target = Path.of(head.getOutputFile());
        return !Files.exists(OutputFile.partOf(target), LinkOption.NOFOLLOW_LINKS)
                && head.getOutputInode() != 0
                && OutputFile.inode(target) == head.getOutputInode();
    }

    /** @throws SessionException it cannot be written */
    static RecoveredOutput open(SessionStarted head, FilterCheckpoint last) {
        Path target = Path.of(head.getOutputFile());
        boolean force = head.getReplaceOutput();
        // All of the spool is there: nothing depends on what the file holds.
        FilterCheckpoint from = head.getKeepSpool() ? FilterCheckpoint.NOTHING : last;
        if (Files.exists(OutputFile.partOf(target), LinkOption.NOFOLLOW_LINKS)) {
            OutputFile left = OutputFile.reopen(target, force, head.getOutputInode(), from.outputBytes());
            return new RecoveredOutput(left, style(head), from, from.outputBytes() > 0, 0);
        }
        OutputFile anew = create(target, force, head);
        return new RecoveredOutput(
                anew, style(head), from, false, from.counters().keptPackets());
    }

    private static OutputStyle style(SessionStarted head) {
        Annotation annotation = Annotation.valueOf(head.getAnnotation().toUpperCase(Locale.ROOT));
        return new OutputStyle(
                annotation, head.getWatch().getWithArguments(), head.getMicroseconds(), false, Rotation.NONE);
    }

    private static OutputFile create(Path target, boolean force, SessionStarted head) {
        try {
            return OutputFile.create(target, force, (int) head.getOutputUserId(), (int) head.getOutputGroupId());
        } catch (SessionException e) {
            throw new SessionException(e.kind(), e.text(), "make place for it and recover again", e);
        }
    }

    /**
     * Appends. A pcapng file gets a new section, which depends on nothing before it; a pcap file more records.
     */
    CaptureFileWriter writer() throws IOException {
        OutputFormat format = OutputFormat.of(file.target());
        boolean hasHeader = format == OutputFormat.PCAP && begun;
        WritableByteChannel channel =
                hasHeader ? new HeadlessChannel(file.channel(), PcapHeader.LENGTH) : file.channel();
        return format.writer(channel, file.part(), style);
    }
}
