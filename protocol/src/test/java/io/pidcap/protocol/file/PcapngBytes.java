package io.pidcap.protocol.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A pcapng file by hand, in either byte order, with what the product's writer does not write. */
final class PcapngBytes {
    private final ByteOrder order;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    PcapngBytes(ByteOrder order) {
        this.order = order;
    }

    byte[] toBytes() {
        return file.toByteArray();
    }

    /** Options of a block, in the order of the calls. */
    final class Options {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();

        Options add(int code, byte[] value) {
            ByteBuffer head = ByteBuffer.allocate(4).order(order);
            head.putShort((short) code).putShort((short) value.length);
            all.writeBytes(bytes(head));
            all.writeBytes(value);
            all.writeBytes(new byte[-value.length & 3]);
            return this;
        }

        Options text(int code, String value) {
            return add(code, value.getBytes(StandardCharsets.UTF_8));
        }

        Options numbers(int code, int... values) {
            ByteBuffer value = ByteBuffer.allocate(4 * values.length).order(order);
            for (int one : values) {
                value.putInt(one);
            }
            return add(code, bytes(value));
        }

        private byte[] ended() {
            byte[] open = all.toByteArray();
            return open.length == 0 ? open : Arrays.copyOf(open, open.length + 4);
        }
    }

    Options options() {
        return new Options();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] all = new byte[buffer.capacity()];
        buffer.get(0, all);
        return all;
    }

    ByteBuffer body(int bytes) {
        return ByteBuffer.allocate(bytes).order(order);
    }

    PcapngBytes block(int type, byte[] body, Options options) {
        byte[] optionBytes = options.ended();
        int total = 12 + body.length + optionBytes.length;
        ByteBuffer head = body(8).putInt(type).putInt(total);
        file.writeBytes(bytes(head));
        file.writeBytes(body);
        file.writeBytes(optionBytes);
        file.writeBytes(bytes(body(4).putInt(total)));
        return this;
    }

    /** @param length as the section tells it; -1: it does not */
    PcapngBytes section(long length) {
        ByteBuffer body = body(16).putInt(0x1a2b3c4d)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(length);
        return block(0x0a0d0d0a, bytes(body), options());
    }

    /** Of Ethernet, with microseconds. */
    PcapngBytes device(int snaplen) {
        ByteBuffer body = body(8).putShort((short) 1).putShort((short) 0).putInt(snaplen);
        return block(1, bytes(body), options());
    }

    PcapngBytes process(int pid, Options options) {
        return block(0x80000001, bytes(body(4).putInt(pid)), options);
    }

    /** An enhanced packet block of interface 0. */
    PcapngBytes packet(long ticks, byte[] data, Options options) {
        ByteBuffer body = body(20 + ((data.length + 3) & ~3));
        body.putInt(0)
                .putInt((int) (ticks >>> 32))
                .putInt((int) ticks)
                .putInt(data.length)
                .putInt(data.length);
        body.put(data);
        return block(6, bytes(body), options);
    }

    /** The obsolete packet block. */
    PcapngBytes oldPacket(long ticks, byte[] data, Options options) {
        ByteBuffer body = body(20 + ((data.length + 3) & ~3));
        body.putInt(0)
                .putInt((int) (ticks >>> 32))
                .putInt((int) ticks)
                .putInt(data.length)
                .putInt(data.length);
        body.put(data);
        return block(2, bytes(body), options);
    }
}
