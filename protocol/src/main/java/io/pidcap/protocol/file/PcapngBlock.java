package io.pidcap.protocol.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A block while it is being written: lengths are filled in when it ends. The buffer must have room for all of it.
 *
 * <pre>
 *  type  total length  body …  options …  total length
 * </pre>
 */
final class PcapngBlock {
    private final ByteBuffer buffer;
    private final int start;
    private boolean hasOptions;

    PcapngBlock(ByteBuffer buffer, int type) {
        this.buffer = buffer;
        this.start = buffer.position();
        buffer.putInt(type).putInt(0);
    }

    PcapngBlock option(int code, byte[] value) {
        hasOptions = true;
        buffer.putShort((short) code).putShort((short) value.length).put(value);
        pad(value.length);
        return this;
    }

    PcapngBlock optionByte(int code, int value) {
        return option(code, new byte[] {(byte) value});
    }

    /** Nothing for an empty text. */
    PcapngBlock optionText(int code, String text) {
        return text.isEmpty() ? this : option(code, utf8(text));
    }

    PcapngBlock optionLong(int code, long value) {
        hasOptions = true;
        buffer.putShort((short) code).putShort((short) 8).putLong(value);
        return this;
    }

    /** A time: the upper half first, whatever the byte order. */
    PcapngBlock optionTime(int code, long epochNanos) {
        hasOptions = true;
        buffer.putShort((short) code).putShort((short) 8);
        buffer.putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
        return this;
    }

    void pad(int length) {
        for (int i = length; i < PcapngFormat.padded(length); i++) {
            buffer.put((byte) 0);
        }
    }

    void end() {
        if (hasOptions) {
            buffer.putInt(PcapngFormat.OPT_ENDOFOPT);
        }
        int total = buffer.position() + 4 - start;
        buffer.putInt(total).putInt(start + 4, total);
    }

    /** At most as many bytes as an option holds, cut between characters. */
    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= PcapngFormat.MAX_OPTION_BYTES) {
            return bytes;
        }
        int end = PcapngFormat.MAX_OPTION_BYTES;
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
