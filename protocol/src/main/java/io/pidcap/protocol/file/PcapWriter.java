package io.pidcap.protocol.file;

import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes classic pcap, in the host's byte order, with nanoseconds unless told otherwise. The format has one link type
 * for all packets, and no place for interfaces, comments or statistics.
 */
public final class PcapWriter implements CaptureFileWriter {
    private static final int RECORD_HEADER = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MAX_SECONDS = 0xffff_ffffL;

    private final FileOutput out;
    private final boolean nanosecond;
    private @Nullable PcapHeader header;
    private int interfaces;

    /** @param file for messages */
    public PcapWriter(WritableByteChannel channel, String file) {
        this(channel, file, true);
    }

    /** @param nanosecond as below */
    public PcapWriter(WritableByteChannel channel, String file, boolean nanosecond) {
        this(channel, file, BUFFER_BYTES, nanosecond);
    }

    /**
     * @param bufferBytes of memory, twice; at least {@link CaptureFileWriter#LEAST_BUFFER_BYTES}
     * @param nanosecond false: microseconds, for readers older than libpcap 1.5; what is finer is cut
     */
    public PcapWriter(WritableByteChannel channel, String file, int bufferBytes, boolean nanosecond) {
        this.out = new FileOutput(channel, file, bufferBytes, ByteOrder.nativeOrder());
        this.nanosecond = nanosecond;
    }

    /** The first one writes the file's header; the snaplen of later ones should not be larger. */
    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        if (header == null) {
            header = new PcapHeader(ByteOrder.nativeOrder(), nanosecond, description.snaplen(), description.linkType());
            header.write(out.reserve(PcapHeader.LENGTH));
        } else if (!header.linkType().equals(description.linkType())) {
            throw new LinkTypeException(out.file() + ": a pcap file has one link type, and "
                    + description.name() + " has " + description.linkType() + " beside " + header.linkType()
                    + "; write pcapng instead");
        }
        return interfaces++;
    }

    @Override
    public boolean takesLabels() {
        return false;
    }

    @Override
    public @Nullable PacketLabel label(List<PacketNote> notes) {
        return null;
    }

    @Override
    public @Nullable PacketLabel comment(String comment) {
        return null;
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
        PacketChecks.check(interfaceId, interfaces, capturedLength);
        long seconds = epochNanos / NANOS_PER_SECOND;
        if (epochNanos < 0 || seconds > MAX_SECONDS) {
            throw new IllegalArgumentException("a pcap file has no place for the time " + epochNanos + " ns");
        }
        int fraction = (int) (epochNanos % NANOS_PER_SECOND);
        ByteBuffer buffer = out.reserve(RECORD_HEADER + capturedLength);
        int start = buffer.position();
        buffer.putInt((int) seconds)
                .putInt(nanosecond ? fraction : fraction / 1000)
                .putInt(capturedLength)
                .putInt(originalLength)
                .put(start + RECORD_HEADER, data, offset, capturedLength)
                .position(start + RECORD_HEADER + capturedLength);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public long length() {
        return out.length();
    }

    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        out.close();
    }
}
