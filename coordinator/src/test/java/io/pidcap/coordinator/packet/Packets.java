package io.pidcap.coordinator.packet;

import io.pidcap.protocol.model.IpAddress;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Builds packets from the inside out. Checksums are left at 0. */
public final class Packets {
    public static final int SYN = 0x02;
    public static final int ACK = 0x10;

    private Packets() {}

    /** Of digits only: asks no name server. */
    public static IpAddress address(String text) {
        try {
            return IpAddress.ofBytes(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** In the family that the text is of, which {@link IpAddress} does not keep for 0.0.0.0. */
    private static byte[] plain(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    public static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] u16(int value) {
        return bytes(value >>> 8, value);
    }

    public static byte[] ethernet(int type, byte[] payload) {
        return join(bytes(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2), u16(type), payload);
    }

    public static byte[] broadcastEthernet(int type, byte[] payload) {
        return join(bytes(255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2), u16(type), payload);
    }

    /** The tag's own number and the type behind it, in front of the payload: {@code 0x8100} goes before this. */
    public static byte[] tag(int vlan, int type, byte[] payload) {
        return join(u16(vlan), u16(type), payload);
    }

    public static byte[] sll(int packetType, int protocol, byte[] payload) {
        return join(u16(packetType), u16(1), u16(6), new byte[8], u16(protocol), payload);
    }

    public static byte[] sll2(int packetType, int protocol, byte[] payload) {
        return join(u16(protocol), u16(0), bytes(0, 0, 0, 2), u16(1), bytes(packetType, 6), new byte[8], payload);
    }

    public static byte[] ipv4(String source, String destination, int protocol, byte[] payload) {
        return ipv4(source, destination, protocol, 0, 0, new byte[0], payload);
    }

    /** With {@code 0x2000} in {@code flagsAndOffset} for "more fragments", and options of whole words. */
    public static byte[] ipv4(
            String source,
            String destination,
            int protocol,
            int id,
            int flagsAndOffset,
            byte[] options,
            byte[] payload) {
        int words = 5 + options.length / 4;
        return join(
                bytes(0x40 | words, 0),
                u16(words * 4 + payload.length),
                u16(id),
                u16(flagsAndOffset),
                bytes(64, protocol, 0, 0),
                plain(source),
                plain(destination),
                options,
                payload);
    }

    public static byte[] ipv6(String source, String destination, int next, byte[] payload) {
        return join(
                bytes(0x60, 0, 0, 0), u16(payload.length), bytes(next, 64), plain(source), plain(destination), payload);
    }

    /** An IPv6 extension header of {@code 8 * (1 + moreEights)} bytes. */
    public static byte[] extension(int next, int moreEights, byte[] payload) {
        return join(bytes(next, moreEights, 0, 0, 0, 0, 0, 0), new byte[8 * moreEights], payload);
    }

    public static byte[] fragment6(int next, int id, int offsetEights, boolean more, byte[] payload) {
        return join(
                bytes(next, 0),
                u16(offsetEights << 3 | (more ? 1 : 0)),
                ByteBuffer.allocate(4).putInt(id).array(),
                payload);
    }

    public static byte[] authentication(int next, byte[] payload) {
        return join(bytes(next, 4, 0, 0), new byte[20], payload);
    }

    public static byte[] udp(int sourcePort, int destinationPort, int dataBytes) {
        return join(u16(sourcePort), u16(destinationPort), u16(8 + dataBytes), u16(0), new byte[dataBytes]);
    }

    public static byte[] tcp(int sourcePort, int destinationPort, int flags, int dataBytes) {
        return join(
                u16(sourcePort),
                u16(destinationPort),
                new byte[8],
                bytes(0x50, flags),
                u16(1024),
                new byte[4],
                new byte[dataBytes]);
    }

    public static byte[] echo(int type, int identifier) {
        return join(bytes(type, 0, 0, 0), u16(identifier), u16(1), new byte[16]);
    }

    public static byte[] icmpError(int type, byte[] quoted) {
        return join(bytes(type, 1, 0, 0, 0, 0, 0, 0), quoted);
    }
}
