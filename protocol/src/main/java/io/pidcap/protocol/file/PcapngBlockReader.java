package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Cuts a pcapng file into blocks. Blocks of a kind that we do not read are passed over without being loaded. */
final class PcapngBlockReader {
    private static final int INITIAL_BUFFER_BYTES = 1 << 18;
    /** A block of a kind that we read and that is longer is taken for corrupt, as by Wireshark's reader. */
    private static final int MAX_BLOCK_BYTES = 16 << 20;
    /** Type and length, and behind them a section header's byte-order magic. */
    private static final int PEEK_BYTES = 12;

    private final ByteSource source;
    private final String file;
    private final boolean everyBlock;
    private ByteBuffer buffer = ByteBuffer.allocate(INITIAL_BUFFER_BYTES).limit(0);
    private ByteOrder order = ByteOrder.nativeOrder();
    private final long length;
    private boolean begun;

    private long blockFileOffset;
    private long nextFileOffset;
    private long bufferFileOffset;
    private int blockStart;
    private int blockLength;
    private int type;

    /**
     * Takes over {@code source}.
     *
     * @param everyBlock loads blocks of unknown kinds too
     */
    PcapngBlockReader(ByteSource source, String file, boolean everyBlock) throws IOException {
        this.source = source;
        this.file = file;
        this.everyBlock = everyBlock;
        this.length = source.size();
    }

    /** False: the file has ended at a block's border. */
    boolean next() throws IOException {
        blockFileOffset = nextFileOffset;
        int there = load(PEEK_BYTES);
        if (there == 0 && begun) {
            return false;
        }
        if (there < PEEK_BYTES) {
            throw bad("ends inside a block's header: " + there + " of " + PEEK_BYTES + " bytes");
        }
        type = buffer.getInt(blockStart);
        if (type == PcapngFormat.SECTION_HEADER_BLOCK) {
            beginSection();
        } else if (!begun) {
            throw bad(String.format("is not a pcapng file: it begins with 0x%08x", type));
        }
        blockLength = checkedLength(buffer.getInt(blockStart + 4));
        nextFileOffset = blockFileOffset + Integer.toUnsignedLong(blockLength);
        if (isRead(type)) {
            loadWhole();
        } else if (nextFileOffset > source.size()) {
            throw bad("ends inside a block of " + Integer.toUnsignedString(blockLength) + " bytes");
        }
        return true;
    }

    private boolean isRead(int type) {
        return everyBlock
                || switch (type) {
                    case PcapngFormat.SECTION_HEADER_BLOCK,
                            PcapngFormat.INTERFACE_DESCRIPTION_BLOCK,
                            PcapngFormat.PACKET_BLOCK,
                            PcapngFormat.SIMPLE_PACKET_BLOCK,
                            PcapngFormat.INTERFACE_STATISTICS_BLOCK,
                            PcapngFormat.ENHANCED_PACKET_BLOCK,
                            PcapngFormat.DARWIN_PROCESS_BLOCK -> true;
                    default -> false;
                };
    }

    private void beginSection() throws CaptureFileException {
        buffer.order(ByteOrder.BIG_ENDIAN);
        int magic = buffer.getInt(blockStart + 8);
        if (magic == Integer.reverseBytes(PcapngFormat.BYTE_ORDER_MAGIC)) {
            buffer.order(ByteOrder.LITTLE_ENDIAN);
        } else if (magic != PcapngFormat.BYTE_ORDER_MAGIC) {
            throw bad(String.format("is not a pcapng section: its byte order is told by 0x%08x", magic));
        }
        order = buffer.order();
        begun = true;
    }

    private int checkedLength(int length) throws CaptureFileException {
        boolean tooLong = isRead(type) && Integer.compareUnsigned(length, MAX_BLOCK_BYTES) > 0;
        if (length % 4 != 0 || Integer.compareUnsigned(length, PcapngFormat.BLOCK_OVERHEAD) < 0 || tooLong) {
            throw bad("a block of type " + Integer.toUnsignedString(type) + " with the impossible length "
                    + Integer.toUnsignedString(length));
        }
        return length;
    }

    private void loadWhole() throws IOException {
        int there = load(blockLength);
        if (there < blockLength) {
            throw bad("ends inside a block: " + there + " of " + blockLength + " bytes");
        }
        int trailer = buffer.getInt(blockStart + blockLength - 4);
        if (trailer != blockLength) {
            throw bad("a block of " + blockLength + " bytes that says at its end " + Integer.toUnsignedString(trailer));
        }
        if (type == PcapngFormat.SECTION_HEADER_BLOCK) {
            int major = Short.toUnsignedInt(buffer.getShort(blockStart + 12));
            if (blockLength < 28 || major != 1) {
                throw bad("a section of version " + major + " and " + blockLength + " bytes");
            }
        }
    }

    /** Makes {@code bytes} from the block's start on lie in the buffer; gives how many do, fewer at the file's end. */
    private int load(int bytes) throws IOException {
        long skipped = blockFileOffset - bufferFileOffset;
        if (skipped + bytes > buffer.limit()) {
            refill(skipped, bytes);
        }
        blockStart = (int) (blockFileOffset - bufferFileOffset);
        return Math.min(bytes, buffer.limit() - blockStart);
    }

    private void refill(long skipped, int bytes) throws IOException {
        int kept = (int) Math.max(0, buffer.limit() - skipped);
        ByteBuffer target =
                bytes > buffer.capacity() ? ByteBuffer.allocate(Math.max(bytes, 2 * buffer.capacity())) : buffer;
        int from = buffer.limit() - kept;
        System.arraycopy(buffer.array(), from, target.array(), 0, kept);
        target.clear().position(kept).order(order);
        bufferFileOffset = blockFileOffset;
        int read = 0;
        while (target.position() < bytes && read >= 0) {
            read = source.read(target, bufferFileOffset + target.position());
        }
        target.flip();
        buffer = target;
    }

    CaptureFileException bad(String what) {
        return new CaptureFileException(file, blockFileOffset, what);
    }

    int type() {
        return type;
    }

    /** Of the file when it was opened. */
    long length() {
        return length;
    }

    /** Up to and with the block. */
    long doneBytes() {
        return nextFileOffset;
    }

    /** Of the block's first byte in {@link #body}. */
    int blockOffset() {
        return blockStart;
    }

    /** With both lengths. */
    int blockLength() {
        return blockLength;
    }

    /** Holds the block until the following call of {@link #next}. */
    ByteBuffer body() {
        return buffer;
    }

    /** Where the body begins in {@link #body}. */
    int bodyOffset() {
        return blockStart + 8;
    }

    /** Behind the body's last byte in {@link #body}. */
    int bodyEnd() {
        return blockStart + blockLength - 4;
    }

    void close() throws IOException {
        source.close();
    }
}
