package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Counts the packets that were written wholly, where what was written cannot be read again. */
final class DeliveryCount extends ForwardingWriter {
    /** Where each packet ends that may not be written yet, in bytes. */
    private final Queue<Long> ends = new ArrayDeque<>();

    private long delivered;

    /** @param writer this object's to close */
    DeliveryCount(CaptureFileWriter writer) {
        super(writer);
    }

    /** Only after a failed write or {@link #close}. */
    long delivered() {
        settle();
        return delivered;
    }

    private void settle() {
        long writtenBytes = length();
        for (Long end = ends.peek(); end != null && end <= writtenBytes; end = ends.peek()) {
            ends.remove();
            delivered++;
        }
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
        super.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
        ends.add(length());
    }

    @Override
    public void flush() throws IOException {
        super.flush();
        settle();
    }
}
