package io.pidcap.protocol.file;

import io.pidcap.protocol.file.PcapngNotes.EncodedOptions;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes pcapng: one section in the host's byte order, times in nanoseconds, statistics at the end. */
public final class PcapngWriter implements CaptureFileWriter {
    /** Interface number, time in two halves, two lengths. */
    private static final int PACKET_FIELDS = 20;

    private static final byte[] NO_OPTIONS = {};

    private static final int NANOSECOND_RESOLUTION = 9;

    private final FileOutput out;
    private final PcapngNotes notes;
    private int interfaces;

    /** Says nothing of processes. */
    public PcapngWriter(WritableByteChannel channel, String file, SectionInfo info) throws IOException {
        this(channel, file, info, BUFFER_BYTES, Annotation.NONE, false);
    }

    /**
     * Begins the section.
     *
     * @param file for messages
     * @param bufferBytes of memory, twice; at least {@link CaptureFileWriter#LEAST_BUFFER_BYTES}
     * @param annotation what is said of processes
     * @param withArguments whether their comments tell also what they execute, and their arguments
     */
    public PcapngWriter(
            WritableByteChannel channel,
            String file,
            SectionInfo info,
            int bufferBytes,
            Annotation annotation,
            boolean withArguments)
            throws IOException {
        out = new FileOutput(channel, file, bufferBytes, ByteOrder.nativeOrder());
        notes = new PcapngNotes(out, annotation, withArguments);
        PcapngBlock block = new PcapngBlock(out.reserve(LEAST_BUFFER_BYTES), PcapngFormat.SECTION_HEADER_BLOCK);
        out.reserve(0)
                .putInt(PcapngFormat.BYTE_ORDER_MAGIC)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(-1);
        block.optionText(PcapngFormat.OPT_COMMENT, info.comment())
                .optionText(PcapngFormat.SHB_HARDWARE, info.hardware())
                .optionText(PcapngFormat.SHB_OS, info.system())
                .optionText(PcapngFormat.SHB_USERAPPL, info.application())
                .end();
    }

    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        ByteBuffer buffer = out.reserve(3 * PcapngFormat.MAX_OPTION_BYTES);
        PcapngBlock block = new PcapngBlock(buffer, PcapngFormat.INTERFACE_DESCRIPTION_BLOCK);
        buffer.putShort((short) description.linkType().value())
                .putShort((short) 0)
                .putInt(description.snaplen());
        block.optionText(PcapngFormat.IF_NAME, description.name())
                .optionByte(PcapngFormat.IF_TSRESOL, NANOSECOND_RESOLUTION);
        if (!description.filter().isEmpty()) {
            // The zero byte says that it is an expression of libpcap's.
            block.option(PcapngFormat.IF_FILTER, PcapngBlock.utf8("\0" + description.filter()));
        }
        block.end();
        return interfaces++;
    }

    @Override
    public boolean takesLabels() {
        return !notes.isSilent();
    }

    @Override
    public @Nullable PacketLabel label(List<PacketNote> ofEachName) throws IOException {
        return notes.isSilent() || ofEachName.isEmpty() ? null : notes.of(ofEachName.get(0));
    }

    @Override
    public PacketLabel comment(String comment) throws IOException {
        return notes.ofComment(comment);
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
        byte[] options = label == null ? NO_OPTIONS : ((EncodedOptions) label).bytes;
        int padded = PcapngFormat.padded(capturedLength);
        int total = PcapngFormat.BLOCK_OVERHEAD + PACKET_FIELDS + padded + options.length;
        ByteBuffer buffer = out.reserve(total);
        int start = buffer.position();
        buffer.putInt(PcapngFormat.ENHANCED_PACKET_BLOCK)
                .putInt(total)
                .putInt(interfaceId)
                .putInt((int) (epochNanos >>> 32))
                .putInt((int) epochNanos)
                .putInt(capturedLength)
                .putInt(originalLength);
        int dataStart = buffer.position();
        // The padding first, by a whole word, then the packet over it.
        if (padded > 0) {
            buffer.putInt(dataStart + padded - 4, 0);
        }
        buffer.put(dataStart, data, offset, capturedLength).position(dataStart + padded);
        buffer.put(options).putInt(total);
        assert buffer.position() == start + total;
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
        try {
            for (InterfaceStatistics one : statistics) {
                if (one.interfaceId() < interfaces) {
                    writeStatistics(one);
                }
            }
        } finally {
            out.close();
        }
    }

    private void writeStatistics(InterfaceStatistics statistics) throws IOException {
        ByteBuffer buffer = out.reserve(2 * PcapngFormat.MAX_OPTION_BYTES);
        PcapngBlock block = new PcapngBlock(buffer, PcapngFormat.INTERFACE_STATISTICS_BLOCK);
        long end = statistics.endEpochNanos();
        buffer.putInt(statistics.interfaceId()).putInt((int) (end >>> 32)).putInt((int) end);
        block.optionText(PcapngFormat.OPT_COMMENT, statistics.comment());
        time(block, PcapngFormat.ISB_STARTTIME, statistics.startEpochNanos());
        time(block, PcapngFormat.ISB_ENDTIME, end);
        counter(block, PcapngFormat.ISB_IFRECV, statistics.receivedPackets());
        counter(block, PcapngFormat.ISB_IFDROP, statistics.interfaceDroppedPackets());
        counter(block, PcapngFormat.ISB_OSDROP, statistics.systemDroppedPackets());
        counter(block, PcapngFormat.ISB_USRDELIV, statistics.deliveredPackets());
        block.end();
    }

    private static void time(PcapngBlock block, int code, long epochNanos) {
        if (epochNanos != 0) {
            block.optionTime(code, epochNanos);
        }
    }

    private static void counter(PcapngBlock block, int code, long value) {
        if (value >= 0) {
            block.optionLong(code, value);
        }
    }
}
