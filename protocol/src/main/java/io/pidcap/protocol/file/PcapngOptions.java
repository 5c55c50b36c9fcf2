package io.pidcap.protocol.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The options of one block, the first of each code. */
final class PcapngOptions {
    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    private PcapngOptions() {}

    /** Takes one option after the other. */
    interface Visitor {
        /**
         * @param offset of the option's code in {@link PcapngBlockReader#body}
         * @param value its bytes, from 0 to the limit, in the block's byte order
         */
        void option(int code, int offset, ByteBuffer value);
    }

    /** Those from {@code offset} to the end of the block where {@code blocks} stands. */
    static PcapngOptions read(PcapngBlockReader blocks, int offset) throws CaptureFileException {
        PcapngOptions options = new PcapngOptions();
        visit(blocks, offset, (code, at, value) -> options.values.putIfAbsent(code, value));
        return options;
    }

    /** All of them, in their order, those with a code that was there before too. */
    static void visit(PcapngBlockReader blocks, int offset, Visitor visitor) throws CaptureFileException {
        ByteBuffer body = blocks.body();
        int next = offset;
        int end = blocks.bodyEnd();
        while (end - next >= 4) {
            int code = Short.toUnsignedInt(body.getShort(next));
            int length = Short.toUnsignedInt(body.getShort(next + 2));
            if (code == PcapngFormat.OPT_ENDOFOPT) {
                break;
            }
            next += 4;
            if (length > end - next) {
                throw blocks.bad("option " + code + " of " + length + " bytes where " + (end - next) + " are left");
            }
            visitor.option(code, next - 4, body.slice(next, length).order(body.order()));
            next += PcapngFormat.padded(length);
        }
    }

    /** Empty: there is none. */
    String text(int code) {
        ByteBuffer value = values.get(code);
        return value == null ? "" : text(value);
    }

    static String text(ByteBuffer value) {
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }

    int byteValue(int code, int absent) {
        ByteBuffer value = values.get(code);
        return value == null || value.limit() < 1 ? absent : Byte.toUnsignedInt(value.get(0));
    }

    long longValue(int code, long absent) {
        ByteBuffer value = values.get(code);
        return value == null || value.limit() < 8 ? absent : value.getLong(0);
    }

    /** The upper half comes first, whatever the byte order. */
    long timeValue(int code, long absent) {
        ByteBuffer value = values.get(code);
        return value == null || value.limit() < 8
                ? absent
                : Integer.toUnsignedLong(value.getInt(0)) << 32 | Integer.toUnsignedLong(value.getInt(4));
    }
}
