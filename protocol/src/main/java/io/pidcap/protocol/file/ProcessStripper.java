package io.pidcap.protocol.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.function.Predicate;

/**
 * Copies a pcapng file without what it says of processes: process blocks, the references to them, process ids, and some
 * comments of packets. All else is copied byte for byte, blocks of unknown kinds too, with one exception: where a section
 * told its length, it says now that this is not known.
 */
public final class ProcessStripper {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int PACKET_FIELDS = 20;

    private final PcapngBlockReader blocks;
    private final FileOutput out;
    private final Predicate<String> removedComment;

    private long seenBlocks;
    private long packets;
    private long removedComments;
    private long keptComments;
    private long removedOptions;
    private long removedBlocks;
    private long lengthsUnset;

    // Of the packet block where it is:
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int optionsEnd;

    /**
     * What was done so far.
     *
     * @param blocks of the input, of all kinds
     * @param removedComments of packets, and those of them that stayed
     * @param removedOptions of packets, other than comments
     * @param removedBlocks that described a process
     * @param lengthsUnset sections whose length is not told any more
     */
    public record Counts(
            long blocks,
            long packets,
            long removedComments,
            long keptComments,
            long removedOptions,
            long removedBlocks,
            long lengthsUnset) {}

    /**
     * @param input pcapng; stays the caller's
     * @param channel closed by {@link #close}
     * @param file that is written, for messages
     * @param removedComment says of a packet's comment whether it goes
     */
    public ProcessStripper(
            CaptureInput input, WritableByteChannel channel, String file, Predicate<String> removedComment)
            throws IOException {
        this.blocks = new PcapngBlockReader(input.source(), input.name(), true);
        this.out = new FileOutput(channel, file, BUFFER_BYTES, ByteOrder.nativeOrder());
        this.removedComment = removedComment;
    }

    /**
     * Copies the next block, or leaves it out.
     *
     * @return false: the file has ended after a whole block
     * @throws CaptureFileException it is damaged or cut off here; the blocks before were copied
     */
    public boolean next() throws IOException {
        if (!blocks.next()) {
            return false;
        }
        seenBlocks++;
        switch (blocks.type()) {
            case PcapngFormat.DARWIN_PROCESS_BLOCK -> removedBlocks++;
            case PcapngFormat.SECTION_HEADER_BLOCK -> copySection();
            case PcapngFormat.SIMPLE_PACKET_BLOCK -> {
                packets++;
                copyBlock();
            }
            case PcapngFormat.ENHANCED_PACKET_BLOCK, PcapngFormat.PACKET_BLOCK -> {
                packets++;
                copyPacket();
            }
            default -> copyBlock();
        }
        return true;
    }

    private void copyBlock() throws IOException {
        copy(blocks.body(), blocks.blockOffset(), blocks.blockLength());
    }

    private void copySection() throws IOException {
        ByteBuffer body = blocks.body();
        int lengthOffset = blocks.bodyOffset() + 8;
        if (body.getLong(lengthOffset) != -1) {
            body.putLong(lengthOffset, -1);
            lengthsUnset++;
        }
        copyBlock();
    }

    private void copyPacket() throws IOException {
        int options = optionsOffset();
        kept.reset();
        optionsEnd = options;
        PcapngOptions.visit(blocks, options, this::option);
        if (kept.size() == optionsEnd - options) {
            copyBlock();
            return;
        }
        // Without options there is no mark of their end either.
        int rest = kept.size() == 0 ? 0 : blocks.bodyEnd() - optionsEnd;
        int length = options - blocks.blockOffset() + kept.size() + rest + 4;
        putInt(blocks.type());
        putInt(length);
        copy(blocks.body(), blocks.bodyOffset(), options - blocks.bodyOffset());
        copy(ByteBuffer.wrap(kept.toByteArray()), 0, kept.size());
        copy(blocks.body(), optionsEnd, rest);
        putInt(length);
    }

    private int optionsOffset() throws CaptureFileException {
        int data = blocks.bodyOffset() + PACKET_FIELDS;
        int room = blocks.bodyEnd() - data;
        int captured = room < 0 ? -1 : blocks.body().getInt(data - 8);
        if (captured < 0 || captured > room) {
            throw blocks.bad("a packet of " + Integer.toUnsignedString(captured)
                    + " captured bytes in a block with room for " + Math.max(0, room));
        }
        return data + PcapngFormat.padded(captured);
    }

    private void option(int code, int offset, ByteBuffer value) {
        int bytes = 4 + PcapngFormat.padded(value.limit());
        optionsEnd = offset + bytes;
        boolean removed = isRemoved(code, value);
        if (!removed) {
            ByteBuffer body = blocks.body();
            kept.write(body.array(), body.arrayOffset() + offset, bytes);
        }
        count(code, removed);
    }

    private boolean isRemoved(int code, ByteBuffer value) {
        if (code == PcapngFormat.OPT_COMMENT) {
            return removedComment.test(PcapngOptions.text(value));
        }
        return blocks.type() == PcapngFormat.ENHANCED_PACKET_BLOCK
                && switch (code) {
                    case PcapngFormat.EPB_PROCESSID_THREADID,
                            PcapngFormat.EPB_DARWIN_PROCESS,
                            PcapngFormat.EPB_DARWIN_EFFECTIVE_PROCESS -> true;
                    default -> false;
                };
    }

    private void count(int code, boolean removed) {
        if (code != PcapngFormat.OPT_COMMENT) {
            removedOptions += removed ? 1 : 0;
        } else if (removed) {
            removedComments++;
        } else {
            keptComments++;
        }
    }

    private void putInt(int value) throws IOException {
        boolean swapped = blocks.body().order() != ByteOrder.nativeOrder();
        out.reserve(4).putInt(swapped ? Integer.reverseBytes(value) : value);
    }

    private void copy(ByteBuffer from, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int piece = Math.min(length - done, BUFFER_BYTES / 2);
            ByteBuffer target = out.reserve(piece);
            int position = target.position();
            target.put(position, from, offset + done, piece).position(position + piece);
            done += piece;
        }
    }

    public Counts counts() {
        return new Counts(
                seenBlocks, packets, removedComments, keptComments, removedOptions, removedBlocks, lengthsUnset);
    }

    /** Flushes what was copied and closes the output. */
    public void close() throws IOException {
        out.close();
    }
}
