package io.pidcap.coordinator.session;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Counts the packets that were written wholly, where what was written cannot be read again. */
final class DeliveryCount implements CaptureFileWriter {
    private final CaptureFileWriter writer;
    /** Where each packet ends that may not be written yet, in bytes. */
    private final Queue<Long> ends = new ArrayDeque<>();

    private long delivered;

    /** @param writer this object's to close */
    DeliveryCount(CaptureFileWriter writer) {
        this.writer = writer;
    }

    /** Only after a failed write or {@link #close}. */
    long delivered() {
        settle();
        return delivered;
    }

    private void settle() {
        long writtenBytes = writer.length();
        for (Long end = ends.peek(); end != null && end <= writtenBytes; end = ends.peek()) {
            ends.remove();
            delivered++;
        }
    }

    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        return writer.addInterface(description);
    }

    @Override
    public boolean takesLabels() {
        return writer.takesLabels();
    }

    @Override
    public @Nullable PacketLabel label(List<PacketNote> notes) throws IOException {
        return writer.label(notes);
    }

    @Override
    public @Nullable PacketLabel comment(String comment) throws IOException {
        return writer.comment(comment);
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
        writer.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
        ends.add(writer.length());
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
        settle();
    }

    @Override
    public long length() {
        return writer.length();
    }

    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        writer.close(statistics);
    }
}
