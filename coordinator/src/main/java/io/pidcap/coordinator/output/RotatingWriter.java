package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes one file after the other. What a file needs to be readable alone is made anew in each: its header, the
 * interfaces, and what is said of processes, when the first packet comes of which it is said.
 *
 * <p>A file's period begins with its first packet, the first file's with the capture. It is over when a packet has a
 * later time, or, where none comes, when the host's clock says so and {@value #LATE_MILLIS} ms have passed for what
 * was captured before. There is no next file before there is a packet for it. A packet that comes later still goes where
 * those go that come with it: the files one after the other hold the packets in their order.
 */
final class RotatingWriter implements CaptureFileWriter {
    static final long LATE_MILLIS = 1000;

    /** Makes files, and takes them when they are closed. */
    interface Files {
        /** @param periodBegins false: it ended by its size, and this is a further file of its period */
        FilePart open(boolean periodBegins, long beginEpochNanos) throws IOException;

        void completed(FilePart part) throws IOException;
    }

    /** The label of the file that is being written, made when a packet needs it. */
    private static final class RotatedLabel implements PacketLabel {
        private final List<PacketNote> notes;
        private final @Nullable String comment;
        private @Nullable FilePart madeFor;
        private @Nullable PacketLabel made;

        RotatedLabel(List<PacketNote> notes, @Nullable String comment) {
            this.notes = List.copyOf(notes);
            this.comment = comment;
        }

        @Nullable
        PacketLabel in(FilePart part) throws IOException {
            if (madeFor != part) {
                made = comment == null
                        ? part.writer().label(notes)
                        : part.writer().comment(comment);
                madeFor = part;
            }
            return made;
        }
    }

    private final Rotation rotation;
    private final Files files;
    private final InstantSource clock;
    private final boolean takesLabels;
    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    /** Null: the last one is complete, and no packet came since. */
    private @Nullable FilePart current;

    private long periodBeginEpochNanos;
    private long beginEpochNanos;
    private long lastEpochNanos;
    private long begunFiles;
    private long completedBytes;
    /** Of the next file. */
    private boolean periodBegins;
    /** Read by other threads. */
    private volatile boolean full;

    /** Begins the first file. */
    RotatingWriter(Rotation rotation, Files files, InstantSource clock) throws IOException {
        this.rotation = rotation;
        this.files = files;
        this.clock = clock;
        long now = TimeUnit.MILLISECONDS.toNanos(clock.millis());
        this.takesLabels = open(true, now).writer().takesLabels();
    }

    /** The last file that may be is over; from any thread. */
    boolean isFull() {
        return full;
    }

    /** Null: there is none at the moment. */
    @Nullable
    FilePart current() {
        return current;
    }

    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        if (current != null) {
            current.writer().addInterface(description);
        }
        interfaces.add(description);
        return interfaces.size() - 1;
    }

    @Override
    public boolean takesLabels() {
        return takesLabels;
    }

    @Override
    public PacketLabel label(List<PacketNote> notes) {
        return new RotatedLabel(notes, null);
    }

    @Override
    public PacketLabel comment(String comment) {
        return new RotatedLabel(List.of(), comment);
    }

    @Override
    public boolean takes(long epochNanos) {
        full |= rotation.ends() && begunFiles >= rotation.files() && isPeriodOver(epochNanos);
        return !full;
    }

    @Override
    public void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label)
            throws IOException {
        FilePart part = current == null ? open(periodBegins, epochNanos) : current;
        PacketLabel own = label == null ? null : ((RotatedLabel) label).in(part);
        part.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, own);
        lastEpochNanos = epochNanos;
    }

    @Override
    public void turn(long epochNanos) throws IOException {
        FilePart part = current;
        if (part == null) {
            return;
        }
        if (isPeriodOver(epochNanos)) {
            complete(part, true);
        } else if (rotation.bytes() > 0 && part.packets() > 0 && part.writer().length() > rotation.bytes()) {
            complete(part, false);
        }
    }

    private boolean isPeriodOver(long epochNanos) {
        return rotation.periodMillis() > 0
                && epochNanos - periodBeginEpochNanos >= TimeUnit.MILLISECONDS.toNanos(rotation.periodMillis());
    }

    private FilePart open(boolean periodBegins, long epochNanos) throws IOException {
        FilePart part = files.open(periodBegins, epochNanos);
        current = part;
        begunFiles++;
        beginEpochNanos = epochNanos;
        lastEpochNanos = epochNanos;
        if (periodBegins) {
            periodBeginEpochNanos = epochNanos;
        }
        for (InterfaceDescription one : interfaces) {
            part.writer().addInterface(one);
        }
        return part;
    }

    private void complete(FilePart part, boolean periodIsOver) throws IOException {
        part.closeEarly(interfaces.size(), beginEpochNanos, lastEpochNanos);
        files.completed(part);
        completedBytes += part.writer().length();
        current = null;
        periodBegins = periodIsOver;
    }

    @Override
    public void idle() throws IOException {
        long settledEpochNanos = TimeUnit.MILLISECONDS.toNanos(clock.millis() - LATE_MILLIS);
        FilePart part = current;
        if (part != null && isPeriodOver(settledEpochNanos)) {
            takes(settledEpochNanos);
            complete(part, true);
        }
    }

    @Override
    public void flush() throws IOException {
        if (current != null) {
            current.writer().flush();
        }
    }

    /** Of all files, those that were replaced too. */
    @Override
    public long length() {
        return completedBytes + (current == null ? 0 : current.writer().length());
    }

    /** The last file tells the counters and the equation of the whole capture; none does if it was over before. */
    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        if (current != null) {
            current.close(statistics);
        }
    }
}
