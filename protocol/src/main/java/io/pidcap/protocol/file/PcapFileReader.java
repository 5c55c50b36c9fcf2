package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a classic pcap file, also one that another process is still writing: never a byte beyond the readable length
 * that was announced.
 *
 * <p>It reads through one buffer of its own and maps nothing: the disk space of a segment that was mapped would not come
 * back when the segment is deleted, but when the garbage collector finds the mapping; and a mapped file that is cut short
 * kills the reader.
 */
public final class PcapFileReader implements AutoCloseable {
    /** Holds the longest record several times. */
    private static final int BUFFER_BYTES = 1 << 20;
    /** Read at once: what stays in the processor's cache until it is parsed and copied. */
    private static final int READ_BYTES = 1 << 18;

    private final FileChannel channel;
    private final String file;
    private final ByteBuffer buffer;
    private long readable;
    private long bufferOffset;
    private @Nullable PcapHeader header;
    private @Nullable PcapCursor cursor;

    /**
     * Takes over {@code channel} and reads it from its position 0.
     *
     * @param buffer of at least 512 KiB, for this reader alone until it is closed
     * @param file for messages
     */
    public PcapFileReader(FileChannel channel, ByteBuffer buffer, String file) {
        if (buffer.capacity() < 2 * PcapHeader.MAX_CAPTURED) {
            throw new IllegalArgumentException("a buffer of " + buffer.capacity() + " bytes is too small");
        }
        this.channel = channel;
        this.file = file;
        this.buffer = buffer.clear().limit(0);
    }

    /** A file that nobody writes any more: all of it is readable. */
    public static PcapFileReader openWhole(Path path) throws IOException {
        PcapFileReader reader = openGrowing(path);
        try {
            reader.setReadable(reader.channel.size());
        } catch (IOException e) {
            reader.channel.close();
            throw e;
        }
        return reader;
    }

    /** A file of which nothing is readable until {@link #setReadable} says so. */
    public static PcapFileReader openGrowing(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        return new PcapFileReader(channel, ByteBuffer.allocateDirect(BUFFER_BYTES), path.toString());
    }

    /** Bytes from here on are not there yet. It only grows. */
    public void setReadable(long bytes) {
        if (bytes < readable) {
            throw new IllegalArgumentException(
                    file + ": " + bytes + " bytes are readable, and " + readable + " were before");
        }
        readable = bytes;
    }

    /**
     * Goes to the next record.
     *
     * @return false: there is none in what is readable now
     * @throws CaptureFileException the file is not a pcap file, is shorter than announced, or has a bad record
     */
    public boolean next() throws IOException {
        PcapCursor current = cursor == null ? begin() : cursor;
        if (current == null) {
            return false;
        }
        while (!current.next()) {
            if (!refill(current)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable PcapCursor begin() throws IOException {
        if (readable < PcapHeader.LENGTH) {
            return null;
        }
        load(0);
        PcapHeader read = PcapHeader.read(buffer, file);
        header = read;
        buffer.order(read.byteOrder());
        PcapCursor first = new PcapCursor(read, buffer, 0, file);
        first.window(PcapHeader.LENGTH, buffer.limit(), 0);
        cursor = first;
        return first;
    }

    private boolean refill(PcapCursor current) throws IOException {
        long next = bufferOffset + current.nextOffset();
        if (bufferOffset + buffer.limit() >= readable) {
            return false;
        }
        int kept = buffer.limit() - current.nextOffset();
        buffer.position(current.nextOffset());
        buffer.compact().flip();
        bufferOffset = next;
        load(kept);
        current.window(0, buffer.limit(), bufferOffset);
        return true;
    }

    /** Fills the buffer behind its first {@code kept} bytes with what is readable. */
    private void load(int kept) throws IOException {
        long until = Math.min(readable - bufferOffset, Math.min(kept + READ_BYTES, buffer.capacity()));
        buffer.limit((int) until).position(kept);
        while (buffer.hasRemaining()) {
            long offset = bufferOffset + buffer.position();
            if (channel.read(buffer, offset) < 0) {
                throw new CaptureFileException(
                        file, offset, "the file ends here, where " + readable + " bytes were announced");
            }
        }
        buffer.position(0);
    }

    /** Where {@link #next} is; valid until the following call of it. */
    public PcapCursor cursor() {
        if (cursor == null) {
            throw new IllegalStateException("next() has not found a record yet");
        }
        return cursor;
    }

    /** True once the header was readable in a call of {@link #next}. */
    public boolean hasHeader() {
        return header != null;
    }

    public PcapHeader header() {
        if (header == null) {
            throw new IllegalStateException("next() has not found the header yet");
        }
        return header;
    }

    /**
     * Readable bytes behind the last whole record, after {@link #next} gave false: more than 0 once the file has ended
     * is a record that was torn.
     */
    public long leftBytes() {
        return cursor == null ? readable : readable - bufferOffset - cursor.nextOffset();
    }

    /** @throws CaptureFileException the file has ended inside a record or inside its header */
    public void requireNoRest() throws CaptureFileException {
        if (leftBytes() > 0) {
            throw new CaptureFileException(
                    file, readable - leftBytes(), "ends inside a record: " + leftBytes() + " bytes of it");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
