package io.pidcap.protocol.file;

import com.google.protobuf.CodedOutputStream;
import io.pidcap.protocol.v1.JournalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Writes a journal from its beginning. A record is safe from the death of this process once {@link #flush} has
 * returned, and from the death of the system once {@link #force} has.
 */
public final class JournalWriter implements AutoCloseable {
    private final FileChannel channel;
    private final FileOutput out;
    private final CRC32C checksum = new CRC32C();

    /**
     * Takes over {@code channel}, which is at the beginning of an empty file, and writes the header.
     *
     * @param file for messages
     */
    public JournalWriter(FileChannel channel, String file) throws IOException {
        this.channel = channel;
        int longest = JournalFormat.RECORD_HEADER_BYTES + JournalFormat.MAX_BODY_BYTES;
        out = new FileOutput(channel, file, longest, ByteOrder.LITTLE_ENDIAN);
        out.reserve(JournalFormat.HEADER_BYTES)
                .putLong(JournalFormat.MAGIC)
                .putShort((short) JournalFormat.VERSION)
                .putShort((short) JournalFormat.HEADER_BYTES);
        out.flush();
    }

    /** @throws IllegalArgumentException a record over 2 MiB */
    public void append(JournalRecord entry) throws IOException {
        int length = entry.getSerializedSize();
        if (length < 1 || length > JournalFormat.MAX_BODY_BYTES) {
            throw new IllegalArgumentException(
                    entry.getBodyCase() + " of " + length + " bytes does not go into a journal");
        }
        ByteBuffer buffer = out.reserve(JournalFormat.RECORD_HEADER_BYTES + length);
        int bodyStart = buffer.position() + JournalFormat.RECORD_HEADER_BYTES;
        CodedOutputStream body = CodedOutputStream.newInstance(buffer.slice(bodyStart, length));
        entry.writeTo(body);
        body.flush();
        frame(buffer, length);
    }

    /** Appends a record as a {@link JournalReader} has read it. */
    public void append(byte[] body, int offset, int length) throws IOException {
        ByteBuffer buffer = out.reserve(JournalFormat.RECORD_HEADER_BYTES + length);
        buffer.put(buffer.position() + JournalFormat.RECORD_HEADER_BYTES, body, offset, length);
        frame(buffer, length);
    }

    /** Of the body that lies where it belongs, behind the buffer's position. */
    private void frame(ByteBuffer buffer, int length) {
        int start = buffer.position();
        int bodyStart = start + JournalFormat.RECORD_HEADER_BYTES;
        buffer.putInt(start, length);
        checksum.reset();
        checksum.update(buffer.slice(start, 4));
        checksum.update(buffer.slice(bodyStart, length));
        buffer.putInt(start + 4, (int) checksum.getValue()).position(bodyStart + length);
    }

    /** Hands everything so far to the file system. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Flushes, and waits until it is on the disk. */
    public void force() throws IOException {
        out.flush();
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new IOException("write " + out.file() + " to the disk: " + e.getMessage(), e);
        }
    }

    /** The file's length in bytes, with what is not flushed yet. */
    public long length() {
        return out.length();
    }

    /** Flushes and closes. Idempotent. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
