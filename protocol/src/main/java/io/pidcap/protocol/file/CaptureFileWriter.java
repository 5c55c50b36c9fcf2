package io.pidcap.protocol.file;

import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a capture file through one buffer. Every {@link IOException} names the file; after one, nothing more can be
 * written, and closing throws nothing new but leaves the file as it is. Owns the channel that it was made with.
 */
public interface CaptureFileWriter extends AutoCloseable {
    /** Room for many packets between two writes. */
    int BUFFER_BYTES = 1 << 20;
    /** Holds the longest packet with all that is said of it; for who writes many files at once. */
    int LEAST_BUFFER_BYTES = 384 << 10;

    /**
     * Makes an interface known, before the first packet of it.
     *
     * @return its number for {@link #write}: 0, 1, 2 in the order of the calls
     * @throws LinkTypeException the format cannot hold its link type beside that of another interface
     */
    int addInterface(InterfaceDescription description) throws IOException;

    /** False where the format has no place for what is said of a packet: then no label is worth making. */
    boolean takesLabels();

    /**
     * Prepares what is said of packets, which may be written to the file at once where many packets refer to it. Callers
     * keep the label for the packets that follow.
     *
     * @param notes one for each name of a process that the packet is kept for; a single file says the first
     * @return null: nothing is said
     */
    @Nullable
    PacketLabel label(List<PacketNote> notes) throws IOException;

    /**
     * Prepares a comment, whatever is said of processes.
     *
     * @param comment cut to 65535 bytes of UTF-8
     * @return null: the format has no place for it
     */
    @Nullable
    PacketLabel comment(String comment) throws IOException;

    /**
     * Writes a packet.
     *
     * @param data holds the packet; position and limit play no part and stay
     * @param offset of the packet's first byte in {@code data}
     * @param capturedLength 0 to 262144
     * @param label of this writer; null: nothing is said of the packet
     */
    void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label)
            throws IOException;

    /** {@link #write} of what is between the position and the limit of {@code data}, which stay. */
    default void write(
            int interfaceId, long epochNanos, int originalLength, ByteBuffer data, @Nullable PacketLabel label)
            throws IOException {
        write(interfaceId, epochNanos, originalLength, data, data.position(), data.remaining(), label);
    }

    /**
     * Asked before each packet: false once a limit is reached, and ever after. Then the packet is not to be written.
     */
    default boolean takes(long epochNanos) {
        return true;
    }

    /**
     * A packet of this time is written next, and everything before it in its source is settled: what ends by time or
     * size may end now.
     */
    default void turn(long epochNanos) throws IOException {}

    /** No packet waits to be written: what ends by time may end now. */
    default void idle() throws IOException {}

    /** Hands everything so far to the file system. */
    void flush() throws IOException;

    /** The file's length in bytes, with what is not flushed yet. */
    long length();

    /** Where it writes several files at once: what is in each, with what is not flushed yet. */
    default FileTotals fileTotals() {
        return FileTotals.NONE;
    }

    /**
     * Flushes and closes, after the statistics of interfaces that are in the file, where the format has a place for them.
     */
    void close(List<InterfaceStatistics> statistics) throws IOException;

    /** Flushes and closes. Idempotent. */
    @Override
    default void close() throws IOException {
        close(List.of());
    }
}
