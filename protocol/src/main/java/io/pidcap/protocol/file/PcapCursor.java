package io.pidcap.protocol.file;

import java.nio.ByteBuffer;

/**
 * Walks over the records of a classic pcap file that lie in one buffer, without an object for a record.
 *
 * <pre>
 *  0 seconds  4 fraction  8 captured length  12 original length  16 data
 * </pre>
 */
public final class PcapCursor implements CapturedPacket {
    private static final int RECORD_HEADER = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final ByteBuffer bytes;
    private final String file;
    private final int maxCaptured;
    private final long fractionNanos;

    private int next;
    private int limit;
    private long bufferOffset;

    private int recordOffset;
    private int capturedLength;
    private int originalLength;
    private long epochNanos;

    /**
     * Begins before the record at the buffer's position; sees bytes up to its limit.
     *
     * @param bytes in the byte order of the header
     * @param bufferOffset where the buffer's index 0 is in the file
     */
    PcapCursor(PcapHeader header, ByteBuffer bytes, long bufferOffset, String file) {
        if (bytes.order() != header.byteOrder()) {
            throw new IllegalArgumentException("the buffer is " + bytes.order() + ", the file " + header.byteOrder());
        }
        this.bytes = bytes;
        this.file = file;
        this.maxCaptured = header.maxCaptured();
        this.fractionNanos = header.nanosecond() ? 1 : 1000;
        window(bytes.position(), bytes.limit(), bufferOffset);
    }

    /** A cursor over the file's whole content, such as a mapping of it. The buffer's byte order is set. */
    public static PcapCursor over(ByteBuffer content, String file) throws CaptureFileException {
        PcapHeader header = PcapHeader.read(content, file);
        content.order(header.byteOrder());
        PcapCursor cursor = new PcapCursor(header, content, 0, file);
        cursor.window(PcapHeader.LENGTH, content.limit(), 0);
        return cursor;
    }

    /** The buffer has other bytes now: records begin at {@code from}, and {@code until} is behind the last byte. */
    void window(int from, int until, long newBufferOffset) {
        next = from;
        limit = until;
        bufferOffset = newBufferOffset;
    }

    /**
     * Goes to the next record.
     *
     * @return false: there is no further whole record in the buffer; the one before stays readable
     * @throws CaptureFileException the record cannot be one
     */
    public boolean next() throws CaptureFileException {
        int start = next;
        int left = limit - start - RECORD_HEADER;
        if (left < 0) {
            return false;
        }
        int captured = bytes.getInt(start + 8);
        if (captured < 0 || captured > maxCaptured) {
            throw bad(
                    start,
                    "a record of " + Integer.toUnsignedString(captured) + " captured bytes, where at most "
                            + maxCaptured + " are possible");
        }
        if (captured > left) {
            return false;
        }
        int original = bytes.getInt(start + 12);
        long fraction = Integer.toUnsignedLong(bytes.getInt(start + 4)) * fractionNanos;
        if (original < 0 || fraction >= NANOS_PER_SECOND) {
            throw bad(
                    start,
                    "a record of " + Integer.toUnsignedString(original) + " bytes on the wire at "
                            + Integer.toUnsignedString(bytes.getInt(start + 4)) + " fractions of a second");
        }
        epochNanos = Integer.toUnsignedLong(bytes.getInt(start)) * NANOS_PER_SECOND + fraction;
        capturedLength = captured;
        originalLength = original;
        recordOffset = start;
        next = start + RECORD_HEADER + captured;
        return true;
    }

    private CaptureFileException bad(int start, String what) {
        return new CaptureFileException(file, bufferOffset + start, what);
    }

    @Override
    public ByteBuffer buffer() {
        return bytes;
    }

    /** When the packet was seen; until the year 2106. */
    @Override
    public long epochNanos() {
        return epochNanos;
    }

    @Override
    public int capturedLength() {
        return capturedLength;
    }

    @Override
    public int originalLength() {
        return originalLength;
    }

    @Override
    public int dataOffset() {
        return recordOffset + RECORD_HEADER;
    }

    /** Of the record's first byte, in {@link #buffer}. */
    public int recordOffset() {
        return recordOffset;
    }

    /** Of the record's first byte, in the file. */
    public long recordFileOffset() {
        return bufferOffset + recordOffset;
    }

    /** Where the next record begins, in {@link #buffer}. */
    int nextOffset() {
        return next;
    }
}
