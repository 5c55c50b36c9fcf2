package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the packets that a reader has taken wholly, where what was written cannot be read again, and drops those for which
 * the reader is too far behind.
 */
final class DeliveryCount extends ForwardingWriter {
    /** Kept free for what is no packet: interfaces, the names of processes, statistics. */
    static final int RESERVE_BYTES = 512 << 10;

    /** The memory that a packet takes which waits is small, but not nothing. */
    private static final int MOST_WAITING_PACKETS = 1 << 22;

    private final LongSupplier takenBytes;
    private final long mostWaitingBytes;

    /** A ring: by how many bytes each packet that was not taken yet ends later than the one before it. */
    private int[] steps = new int[1024];

    private int first;
    private int waiting;
    private long takenEnd;
    private long lastEnd;
    private long delivered;
    private final AtomicLong dropped = new AtomicLong();

    /**
     * @param writer this object's to close
     * @param takenBytes how many of the writer's bytes the reader has
     * @param mostWaitingBytes that may be written before the reader has taken them; more than {@link #RESERVE_BYTES}
     */
    DeliveryCount(CaptureFileWriter writer, LongSupplier takenBytes, long mostWaitingBytes) {
        super(writer);
        this.takenBytes = takenBytes;
        this.mostWaitingBytes = mostWaitingBytes;
    }

    /** Packets that the reader has. */
    long delivered() {
        settle();
        return delivered;
    }

    /** Packets for which there was no room. From any thread. */
    long dropped() {
        return dropped.get();
    }

    private void settle() {
        long taken = takenBytes.getAsLong();
        while (waiting > 0 && takenEnd + steps[first] <= taken) {
            takenEnd += steps[first];
            first = (first + 1) % steps.length;
            waiting--;
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
        if (!hasRoom(capturedLength)) {
            dropped.incrementAndGet();
            return;
        }
        super.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
        if (waiting == steps.length) {
            grow();
        }
        long end = length();
        steps[(first + waiting) % steps.length] = (int) (end - lastEnd);
        lastEnd = end;
        waiting++;
    }

    private boolean hasRoom(int capturedLength) {
        if (waiting == MOST_WAITING_PACKETS) {
            settle();
        }
        return waiting < MOST_WAITING_PACKETS
                && length() + capturedLength + RESERVE_BYTES - takenBytes.getAsLong() <= mostWaitingBytes;
    }

    private void grow() {
        int[] larger = Arrays.copyOfRange(steps, first, first + 2 * steps.length);
        System.arraycopy(steps, 0, larger, steps.length - first, first);
        steps = larger;
        first = 0;
    }

    @Override
    public void flush() throws IOException {
        super.flush();
        settle();
    }
}
