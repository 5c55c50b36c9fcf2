package io.pidcap.protocol.file;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pidcap.protocol.v1.JournalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal, as long as it was when it was opened. A torn last record is expected: it ends the reading and {@link
 * #tornBytes} tells of it. A bad record before others is an error.
 */
public final class JournalReader implements AutoCloseable {
    private static final int INITIAL_BUFFER_BYTES = 256 << 10;
    private static final int MAX_RECORD_BYTES = JournalFormat.RECORD_HEADER_BYTES + JournalFormat.MAX_BODY_BYTES;

    private final FileChannel channel;
    private final String file;
    private final long size;
    private final CRC32C checksum = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(INITIAL_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long bufferFileOffset;
    private long offset;
    private int bodyOffset;
    private int bodyLength;
    private long tornBytes;

    private JournalReader(FileChannel channel, String file) throws IOException {
        this.channel = channel;
        this.file = file;
        this.size = channel.size();
        buffer.limit(0);
        readHeader();
    }

    /** One that is shorter was torn before it held anything. */
    public static final int LEAST_BYTES = JournalFormat.HEADER_BYTES;

    /** @throws CaptureFileException not a journal, or of a version that this release does not read */
    public static JournalReader open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new JournalReader(channel, path.toString());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void readHeader() throws IOException {
        if (size < JournalFormat.HEADER_BYTES) {
            throw bad("ends inside the header: " + size + " of " + JournalFormat.HEADER_BYTES + " bytes");
        }
        int at = load(JournalFormat.HEADER_BYTES);
        if (buffer.getLong(at) != JournalFormat.MAGIC) {
            throw bad("is not a journal of pidcap");
        }
        int version = Short.toUnsignedInt(buffer.getShort(at + 8));
        int headerLength = Short.toUnsignedInt(buffer.getShort(at + 10));
        if (version != JournalFormat.VERSION) {
            throw bad("is a journal of version " + version + "; this release reads version " + JournalFormat.VERSION
                    + ", so use the release that wrote it");
        }
        if (headerLength < JournalFormat.HEADER_BYTES || headerLength > size) {
            throw bad("has a header of " + headerLength + " bytes");
        }
        offset = headerLength;
    }

    /**
     * @return the next record; null: the file has ended, see {@link #tornBytes}
     * @throws CaptureFileException a corrupt record, with its offset
     */
    public @Nullable JournalRecord next() throws IOException {
        return advance() ? decoded() : null;
    }

    /**
     * Goes to the next record, of which {@link #body}, {@link #bodyOffset} and {@link #bodyLength} tell then, until the
     * following call. What is in it is not looked at.
     *
     * @return false: the file has ended, see {@link #tornBytes}
     * @throws CaptureFileException a corrupt record, with its offset
     */
    public boolean advance() throws IOException {
        long left = size - offset - tornBytes;
        if (left == 0) {
            return false;
        }
        if (left < JournalFormat.RECORD_HEADER_BYTES) {
            return torn();
        }
        int at = load(JournalFormat.RECORD_HEADER_BYTES);
        int length = buffer.getInt(at);
        if (length < 1 || length > JournalFormat.MAX_BODY_BYTES) {
            if (length == 0 && onlyZerosLeft()) {
                return torn();
            }
            throw bad("a record of " + Integer.toUnsignedString(length) + " bytes");
        }
        int total = JournalFormat.RECORD_HEADER_BYTES + length;
        if (left < total) {
            return torn();
        }
        at = load(total);
        checksum.reset();
        checksum.update(buffer.array(), at, 4);
        checksum.update(buffer.array(), at + JournalFormat.RECORD_HEADER_BYTES, length);
        if ((int) checksum.getValue() != buffer.getInt(at + 4)) {
            if (left == total) {
                return torn();
            }
            throw bad("a record of " + length + " bytes with a wrong checksum");
        }
        bodyOffset = at + JournalFormat.RECORD_HEADER_BYTES;
        bodyLength = length;
        offset += total;
        return true;
    }

    /**
     * The record to which {@link #advance} went.
     *
     * @throws CaptureFileException it cannot be decoded
     */
    public JournalRecord decoded() throws CaptureFileException {
        try {
            return JournalRecord.parser().parseFrom(buffer.array(), bodyOffset, bodyLength);
        } catch (InvalidProtocolBufferException e) {
            offset -= JournalFormat.RECORD_HEADER_BYTES + bodyLength;
            throw bad("a record that cannot be decoded: " + e.getMessage());
        }
    }

    /** Holds the record's bytes; not to be changed. */
    public byte[] body() {
        return buffer.array();
    }

    /** Of the record's first byte, in {@link #body}. */
    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    private boolean torn() {
        tornBytes = size - offset;
        return false;
    }

    /** What a file system leaves that had grown the file, but not written it, when the system died. */
    private boolean onlyZerosLeft() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(INITIAL_BUFFER_BYTES);
        long at = offset;
        while (at < size) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - at));
            int read = channel.read(chunk, at);
            for (int i = 0; i < read; i++) {
                if (chunk.get(i) != 0) {
                    return false;
                }
            }
            if (read < 0) {
                throw bad("became shorter while it was read");
            }
            at += read;
        }
        return true;
    }

    /** Makes {@code bytes} from {@code offset} on lie in the buffer; gives where. */
    private int load(int bytes) throws IOException {
        long skipped = offset - bufferFileOffset;
        if (skipped + bytes <= buffer.limit()) {
            return (int) skipped;
        }
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocate(MAX_RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), size - offset));
        bufferFileOffset = offset;
        while (buffer.position() < bytes) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw bad("became shorter while it was read");
            }
        }
        buffer.flip();
        return 0;
    }

    private CaptureFileException bad(String what) {
        return new CaptureFileException(file, offset, what);
    }

    String file() {
        return file;
    }

    /** Where the next record begins in the file. */
    public long offset() {
        return offset;
    }

    /** Bytes of an incomplete last record, once {@link #next} has given null; 0: the file ends with a whole one. */
    public long tornBytes() {
        return tornBytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
