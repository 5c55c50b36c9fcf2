package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.model.PacketLabel;
import io.pidcap.protocol.v1.OutputFileBegun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One of the files of an output that has several; knows how many packets it was given. One thread at a time. */
final class FilePart {
    /** Where it is. */
    interface Place {
        Path target();

        /** See {@link OutputFile#countLost}. */
        long countLost(long handedOver, OutputFormat format) throws IOException;

        /** See {@link OutputFile#commit}. */
        Path commit() throws IOException;

        void abandon() throws IOException;
    }

    private final Place file;
    private final OutputFormat format;
    private final CaptureFileWriter writer;
    private long packets;

    private FilePart(Place file, OutputFormat format, CaptureFileWriter writer, long packets) {
        this.file = file;
        this.format = format;
        this.writer = writer;
        this.packets = packets;
    }

    /**
     * The parameters are those of {@link CaptureOutput#create}, and how it is written.
     *
     * @param share whose packets are in it, as the journal has it
     */
    static FilePart create(
            Path target,
            OutputFormat format,
            OutputStyle style,
            boolean force,
            int ownerUserId,
            int ownerGroupId,
            OutputJournal journal,
            OutputFileBegun share)
            throws IOException {
        journal.intended(target);
        OutputFile file = OutputFile.create(target, force, ownerUserId, ownerGroupId);
        journal.begun(target, share);
        try {
            return new FilePart(file, format, format.writer(file.channel(), file.part(), style), 0);
        } catch (IOException | RuntimeException e) {
            file.abandon();
            throw e;
        }
    }

    /** Goes on with what is there. */
    static FilePart resume(LeftShare left, OutputFormat format, OutputStyle style, boolean force) throws IOException {
        long packets = left.held().packets();
        if (left.isComplete()) {
            return new FilePart(new CompleteFile(left.target()), format, new CompleteFile.Writer(), packets);
        }
        OutputFile file = OutputFile.reopen(
                left.target(), force, left.inode(), left.held().bytes());
        try {
            boolean begun = left.held().bytes() > 0;
            return new FilePart(file, format, format.appender(file.channel(), file.part(), style, begun), packets);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** For interfaces, labels and the length; packets and the end go by this object's own methods. */
    CaptureFileWriter writer() {
        return writer;
    }

    /** Handed over to be written. */
    long packets() {
        return packets;
    }

    Path target() {
        return file.target();
    }

    /** {@link CaptureFileWriter#write}. */
    void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label)
            throws IOException {
        writer.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
        packets++;
    }

    /** @param statistics of the whole output; one with a comment gets the number of packets in this file, too */
    void close(List<InterfaceStatistics> statistics) throws IOException {
        writer.close(statistics.stream().map(this::withPackets).toList());
    }

    private InterfaceStatistics withPackets(InterfaceStatistics whole) {
        String comment = whole.comment().isEmpty() ? "" : whole.comment() + " " + packetsInThisFile();
        return new InterfaceStatistics(
                whole.interfaceId(),
                whole.startEpochNanos(),
                whole.endEpochNanos(),
                whole.receivedPackets(),
                whole.interfaceDroppedPackets(),
                whole.systemDroppedPackets(),
                whole.deliveredPackets(),
                comment);
    }

    /** Before the whole output has statistics: the time of each interface in this file, and the number of packets. */
    void closeEarly(int interfaces, long beginEpochNanos, long endEpochNanos) throws IOException {
        writer.close(IntStream.range(0, interfaces)
                .mapToObj(id -> new InterfaceStatistics(
                        id, beginEpochNanos, endEpochNanos, -1, -1, -1, -1, id == 0 ? packetsInThisFile() : ""))
                .toList());
    }

    private String packetsInThisFile() {
        return "packets_in_this_file=" + packets;
    }

    /** After a failed write: how many of the packets are not in the file. */
    long countLost() throws IOException {
        return file.countLost(packets, format);
    }

    /**
     * Closed before: gets its name.
     *
     * @param notes are told if it could not have that name
     */
    OutputReport.Part complete(Consumer<String> notes) throws IOException {
        Path path = file.commit();
        if (!path.equals(file.target())) {
            notes.accept(file.target() + " appeared during the capture and was left alone: its packets are in " + path);
        }
        return new OutputReport.Part(path.toString(), packets, Files.size(path));
    }

    void abandon() throws IOException {
        file.abandon();
    }
}
