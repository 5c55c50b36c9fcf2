package io.pidcap.protocol.file;

import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads pcapng: any number of sections in either byte order; blocks of other kinds are skipped. The packet where it
 * stands is told by methods, without an object for it.
 */
public final class PcapngReader implements CaptureFileReader, CapturedPacket {
    /** Far more than a host has: what is kept of a hostile file stays small. */
    private static final int MAX_INTERFACES = 1 << 16;

    /** An interface, numbered through the whole file, with the clock of its packets. */
    private record Interface(InterfaceDescription description, TimestampResolution resolution) {}

    private final PcapngBlockReader blocks;
    private final List<Interface> interfaces = new ArrayList<>();
    private final List<InterfaceStatistics> statistics = new ArrayList<>();
    private final DarwinProcesses processes = new DarwinProcesses();
    private @Nullable SectionInfo section;
    private int sectionFirstInterface;
    private long skippedBlocks;

    private int interfaceId;
    private long epochNanos;
    private int dataOffset;
    private int capturedLength;
    private int originalLength;
    private int optionsOffset;

    /**
     * Takes over {@code channel}, from its position on.
     *
     * @param file for messages
     */
    public PcapngReader(FileChannel channel, String file) throws IOException {
        this(ByteSource.of(channel), file);
    }

    PcapngReader(ByteSource source, String file) throws IOException {
        blocks = new PcapngBlockReader(source, file, false);
    }

    public static PcapngReader open(Path path) throws IOException {
        return new PcapngReader(FileChannel.open(path, StandardOpenOption.READ), path.toString());
    }

    /**
     * Goes to the next packet, and past what else lies before it.
     *
     * @return false: the file has ended after a whole block
     * @throws CaptureFileException not pcapng, or a block that cannot be one
     */
    @Override
    public boolean next() throws IOException {
        while (blocks.next()) {
            switch (blocks.type()) {
                case PcapngFormat.SECTION_HEADER_BLOCK -> readSection();
                case PcapngFormat.INTERFACE_DESCRIPTION_BLOCK -> readInterface();
                case PcapngFormat.INTERFACE_STATISTICS_BLOCK -> readStatistics();
                case PcapngFormat.DARWIN_PROCESS_BLOCK -> processes.add(blocks);
                case PcapngFormat.ENHANCED_PACKET_BLOCK -> {
                    readPacket();
                    return true;
                }
                case PcapngFormat.PACKET_BLOCK -> {
                    readOldPacket();
                    return true;
                }
                case PcapngFormat.SIMPLE_PACKET_BLOCK -> {
                    readSimplePacket();
                    return true;
                }
                default -> skippedBlocks++;
            }
        }
        return false;
    }

    private void readSection() throws CaptureFileException {
        sectionFirstInterface = interfaces.size();
        PcapngOptions options = options(16);
        section = new SectionInfo(
                options.text(PcapngFormat.SHB_HARDWARE),
                options.text(PcapngFormat.SHB_OS),
                options.text(PcapngFormat.SHB_USERAPPL),
                options.text(PcapngFormat.OPT_COMMENT));
    }

    private void readInterface() throws CaptureFileException {
        bound(interfaces.size(), "interfaces");
        PcapngOptions options = options(8);
        ByteBuffer body = blocks.body();
        String filter = options.text(PcapngFormat.IF_FILTER);
        InterfaceDescription description = new InterfaceDescription(
                options.text(PcapngFormat.IF_NAME),
                new LinkType(Short.toUnsignedInt(body.getShort(blocks.bodyOffset()))),
                body.getInt(blocks.bodyOffset() + 4),
                filter.startsWith("\0") ? filter.substring(1) : "");
        interfaces.add(new Interface(
                description,
                new TimestampResolution(
                        options.byteValue(PcapngFormat.IF_TSRESOL, 6),
                        options.longValue(PcapngFormat.IF_TSOFFSET, 0))));
    }

    private void readStatistics() throws CaptureFileException {
        bound(statistics.size(), "statistics");
        PcapngOptions options = options(12);
        int id = fileInterface(blocks.body().getInt(blocks.bodyOffset()));
        TimestampResolution resolution = interfaces.get(id).resolution();
        statistics.add(new InterfaceStatistics(
                id,
                resolution.epochNanos(options.timeValue(PcapngFormat.ISB_STARTTIME, 0)),
                resolution.epochNanos(options.timeValue(PcapngFormat.ISB_ENDTIME, 0)),
                options.longValue(PcapngFormat.ISB_IFRECV, -1),
                options.longValue(PcapngFormat.ISB_IFDROP, -1),
                options.longValue(PcapngFormat.ISB_OSDROP, -1),
                options.longValue(PcapngFormat.ISB_USRDELIV, -1),
                options.text(PcapngFormat.OPT_COMMENT)));
    }

    private void bound(int count, String what) throws CaptureFileException {
        if (count == MAX_INTERFACES) {
            throw blocks.bad("more than " + MAX_INTERFACES + " " + what);
        }
    }

    private void readPacket() throws CaptureFileException {
        require(20);
        packet(fileInterface(blocks.body().getInt(blocks.bodyOffset())));
    }

    /** The obsolete block: its interface has 16 bits, beside as many for a drop count. */
    private void readOldPacket() throws CaptureFileException {
        require(20);
        packet(fileInterface(Short.toUnsignedInt(blocks.body().getShort(blocks.bodyOffset()))));
    }

    private void packet(int id) throws CaptureFileException {
        ByteBuffer body = blocks.body();
        int start = blocks.bodyOffset();
        long ticks =
                Integer.toUnsignedLong(body.getInt(start + 4)) << 32 | Integer.toUnsignedLong(body.getInt(start + 8));
        interfaceId = id;
        epochNanos = interfaces.get(id).resolution().epochNanos(ticks);
        lengths(start + 20, body.getInt(start + 12), body.getInt(start + 16));
        optionsOffset = dataOffset + PcapngFormat.padded(capturedLength);
    }

    private void readSimplePacket() throws CaptureFileException {
        require(4);
        interfaceId = fileInterface(0);
        epochNanos = 0;
        int original = blocks.body().getInt(blocks.bodyOffset());
        int snaplen = interfaces.get(interfaceId).description().snaplen();
        int captured = original < 0 || (snaplen > 0 && original > snaplen) ? snaplen : original;
        lengths(blocks.bodyOffset() + 4, captured, original);
        optionsOffset = blocks.bodyEnd();
    }

    private void lengths(int data, int captured, int original) throws CaptureFileException {
        if (captured < 0 || captured > blocks.bodyEnd() - data || original < 0) {
            throw blocks.bad("a packet of " + Integer.toUnsignedString(captured) + " captured bytes and "
                    + Integer.toUnsignedString(original) + " on the wire in a block with room for "
                    + Math.max(0, blocks.bodyEnd() - data));
        }
        dataOffset = data;
        capturedLength = captured;
        originalLength = original;
    }

    private int fileInterface(int inSection) throws CaptureFileException {
        int known = interfaces.size() - sectionFirstInterface;
        if (inSection < 0 || inSection >= known) {
            throw blocks.bad("interface " + Integer.toUnsignedString(inSection) + " of " + known + " described");
        }
        return sectionFirstInterface + inSection;
    }

    private void require(int bytes) throws CaptureFileException {
        if (blocks.bodyEnd() - blocks.bodyOffset() < bytes) {
            throw blocks.bad("a block of type " + blocks.type() + " that is too short");
        }
    }

    private PcapngOptions options(int fixedBytes) throws CaptureFileException {
        require(fixedBytes);
        return PcapngOptions.read(blocks, blocks.bodyOffset() + fixedBytes);
    }

    @Override
    public CapturedPacket packet() {
        return this;
    }

    @Override
    public long length() {
        return blocks.length();
    }

    @Override
    public long doneBytes() {
        return blocks.doneBytes();
    }

    /** The last section's. */
    public SectionInfo section() {
        if (section == null) {
            throw new IllegalStateException("next() has not found a section yet");
        }
        return section;
    }

    /** Those described so far, of all sections. */
    @Override
    public List<InterfaceDescription> interfaces() {
        return interfaces.stream().map(Interface::description).toList();
    }

    /** Those met so far, of all sections. */
    public List<InterfaceStatistics> statistics() {
        return List.copyOf(statistics);
    }

    /** The index in {@link #interfaces}. */
    @Override
    public int interfaceId() {
        return interfaceId;
    }

    /** When the packet was seen; 0 in a simple packet block, which does not tell. */
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

    /** Holds the packet's bytes at {@link #dataOffset} until the following call of {@link #next}. */
    @Override
    public ByteBuffer buffer() {
        return blocks.body();
    }

    @Override
    public int dataOffset() {
        return dataOffset;
    }

    /** The packet's first comment; null: none. */
    public @Nullable String comment() throws CaptureFileException {
        String text = PcapngOptions.read(blocks, optionsOffset).text(PcapngFormat.OPT_COMMENT);
        return text.isEmpty() ? null : text;
    }

    @Override
    public PacketAnnotations annotations() throws CaptureFileException {
        return processes.annotations(blocks, optionsOffset);
    }

    @Override
    public boolean nanosecond() {
        return interfaces.get(interfaceId).resolution().finerThanMicroseconds();
    }

    @Override
    public long skippedBlocks() {
        return skippedBlocks;
    }

    @Override
    public void close() throws IOException {
        blocks.close();
    }
}
