package io.pidcap.protocol.file;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.ZipException;

/**
 * A capture that comes out of a stream: a file, a pipe or standard input, perhaps packed by gzip. Nothing is read twice,
 * and no more is kept in memory than one block or record; each packet is given as soon as it has arrived.
 */
public final class CaptureInput implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final InputStream stream;
    private final String name;
    private final boolean packed;
    private final boolean pcapng;

    private CaptureInput(InputStream stream, String name, boolean packed, boolean pcapng) {
        this.stream = stream;
        this.name = name;
        this.packed = packed;
        this.pcapng = pcapng;
    }

    /**
     * Takes over {@code stream} and looks at its first bytes.
     *
     * @param name for messages
     * @throws CaptureFileException it is neither pcap nor pcapng
     */
    public static CaptureInput open(InputStream stream, String name) throws IOException {
        try {
            BufferedInputStream raw = new BufferedInputStream(stream, BUFFER_BYTES);
            ByteBuffer magic = peek(raw, 2);
            boolean packed = magic.limit() == 2 && Short.toUnsignedInt(magic.getShort(0)) == GZIP_MAGIC;
            InputStream unpacked = packed ? GzipMembers.unpack(raw) : raw;
            ByteBuffer first = ByteBuffer.wrap(unpacked.readNBytes(PcapHeader.LENGTH));
            boolean pcapng = first.limit() >= 4 && first.getInt(0) == PcapngFormat.SECTION_HEADER_BLOCK;
            if (!pcapng) {
                PcapHeader.read(first, name);
            }
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(first.array()), unpacked);
            return new CaptureInput(whole, name, packed, pcapng);
        } catch (EOFException | ZipException e) {
            stream.close();
            throw new CaptureFileException(name, 0, "cannot be unpacked: " + e.getMessage());
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /** The first bytes, as many as there are. */
    private static ByteBuffer peek(BufferedInputStream stream, int bytes) throws IOException {
        stream.mark(bytes);
        byte[] first = new byte[bytes];
        int there = stream.readNBytes(first, 0, bytes);
        stream.reset();
        return ByteBuffer.wrap(first, 0, there).order(ByteOrder.BIG_ENDIAN);
    }

    public boolean isPacked() {
        return packed;
    }

    /** False: it is classic pcap. */
    public boolean isPcapng() {
        return pcapng;
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /**
     * Reads its packets. Once; this or {@link #stream}, not both. Closing the reader closes this.
     */
    public CaptureFileReader packets() throws IOException {
        ByteSource source = source();
        return pcapng ? new PcapngReader(source, name) : new PcapStreamReader(source, name);
    }

    ByteSource source() {
        return new StreamSource(stream, name);
    }

    /** What it is after unpacking. */
    public InputStream stream() {
        return stream;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
