package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A classic pcap file that comes out of a stream: one interface without a name. */
final class PcapStreamReader implements CaptureFileReader {
    /** Holds the longest record several times. */
    private static final int BUFFER_BYTES = 1 << 20;
    /** Read at once: what stays in the processor's cache until it is parsed. */
    private static final int READ_BYTES = 1 << 18;

    private final ByteSource source;
    private final String file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final PcapHeader header;
    private final PcapCursor cursor;
    private long bufferOffset;

    /** Reads the header. */
    PcapStreamReader(ByteSource source, String file) throws IOException {
        this.source = source;
        this.file = file;
        buffer.limit(0);
        while (buffer.limit() < PcapHeader.LENGTH && readMore()) {
            // Until it is there.
        }
        header = PcapHeader.read(buffer, file);
        buffer.order(header.byteOrder());
        // As libpcap does: a record may be longer than the snaplen says.
        PcapHeader bounds = new PcapHeader(header.byteOrder(), header.nanosecond(), 0, header.linkType());
        cursor = new PcapCursor(bounds, buffer, 0, file);
        cursor.window(PcapHeader.LENGTH, buffer.limit(), 0);
    }

    @Override
    public boolean next() throws IOException {
        while (!cursor.next()) {
            makeRoom();
            boolean more = readMore();
            cursor.window(0, buffer.limit(), bufferOffset);
            if (!more) {
                requireNoRest();
                return false;
            }
        }
        return true;
    }

    private void makeRoom() {
        int next = cursor.nextOffset();
        bufferOffset += next;
        buffer.position(next).compact().flip();
    }

    /** Behind the limit, which moves; false: the stream has ended. */
    private boolean readMore() throws IOException {
        int from = buffer.limit();
        buffer.limit(Math.min(buffer.capacity(), from + READ_BYTES)).position(from);
        try {
            return source.read(buffer, bufferOffset + from) > 0;
        } finally {
            buffer.limit(buffer.position()).position(0);
        }
    }

    private void requireNoRest() throws CaptureFileException {
        if (buffer.limit() > 0) {
            throw new CaptureFileException(
                    file, bufferOffset, "ends inside a record: " + buffer.limit() + " bytes of it");
        }
    }

    @Override
    public CapturedPacket packet() {
        return cursor;
    }

    @Override
    public boolean nanosecond() {
        return header.nanosecond();
    }

    @Override
    public int interfaceId() {
        return 0;
    }

    @Override
    public List<InterfaceDescription> interfaces() {
        return List.of(new InterfaceDescription("", header.linkType(), header.snaplen(), ""));
    }

    @Override
    public long length() {
        return ByteSource.UNKNOWN_SIZE;
    }

    @Override
    public long doneBytes() {
        return bufferOffset + cursor.nextOffset();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
