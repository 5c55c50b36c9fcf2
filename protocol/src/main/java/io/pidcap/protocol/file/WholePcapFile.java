package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** A classic pcap file as a {@link CaptureFileReader}: one interface without a name. */
final class WholePcapFile implements CaptureFileReader {
    private static final int BUFFER_BYTES = 1 << 20;

    private final PcapFileReader reader;
    private final long length;
    private final List<InterfaceDescription> interfaces;
    private boolean onFirst;

    WholePcapFile(FileChannel channel, String file) throws IOException {
        length = channel.size();
        reader = new PcapFileReader(channel, ByteBuffer.allocateDirect(BUFFER_BYTES), file);
        reader.setReadable(length);
        onFirst = reader.next();
        if (!reader.hasHeader()) {
            throw new CaptureFileException(file, 0, "ends inside the header: " + length + " bytes");
        }
        PcapHeader header = reader.header();
        interfaces = List.of(new InterfaceDescription("", header.linkType(), header.snaplen(), ""));
    }

    @Override
    public boolean next() throws IOException {
        boolean there = onFirst || reader.next();
        onFirst = false;
        if (!there) {
            reader.requireNoRest();
        }
        return there;
    }

    @Override
    public CapturedPacket packet() {
        return reader.cursor();
    }

    @Override
    public boolean nanosecond() {
        return reader.header().nanosecond();
    }

    @Override
    public int interfaceId() {
        return 0;
    }

    @Override
    public List<InterfaceDescription> interfaces() {
        return interfaces;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long doneBytes() {
        return length - reader.leftBytes();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
