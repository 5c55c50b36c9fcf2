package io.pidcap.host.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A WINDIVERT_ADDRESS as the driver fills it, made without what reads it: each number at its documented offset, junk in what
 * is padding.
 *
 * @param event FLOW_ESTABLISHED 1, FLOW_DELETED 2, SOCKET_BIND 3, CONNECT 4, LISTEN 5, ACCEPT 6, CLOSE 7
 * @param ticks 0: when it reaches the stand-in
 */
public record DivertEvent(
        int event,
        long ticks,
        long endpoint,
        int pid,
        int protocol,
        String local,
        int port,
        String remote,
        int remotePort) {
    public static final int ESTABLISHED = 1;
    public static final int DELETED = 2;
    public static final int BIND = 3;
    public static final int CONNECT = 4;
    public static final int LISTEN = 5;
    public static final int ACCEPT = 6;
    public static final int CLOSE = 7;
    public static final int TCP = 6;
    public static final int UDP = 17;

    /** One without a remote end. */
    public static DivertEvent of(int event, long endpoint, int pid, int protocol, String local, int port) {
        return new DivertEvent(
                event, 0, endpoint, pid, protocol, local, port, local.contains(":") ? "::" : "0.0.0.0", 0);
    }

    public DivertEvent to(String otherEnd, int otherPort) {
        return new DivertEvent(event, ticks, endpoint, pid, protocol, local, port, otherEnd, otherPort);
    }

    public DivertEvent at(long when) {
        return new DivertEvent(event, when, endpoint, pid, protocol, local, port, remote, remotePort);
    }

    private int layer() {
        return event <= DELETED ? 2 : 3;
    }

    String layerFile() {
        return layer() == 2 ? "flow.events" : "socket.events";
    }

    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
        new Random(endpoint).nextBytes(bytes.array());
        boolean ipv6 = local.contains(":");
        bytes.putLong(0, ticks);
        bytes.putInt(8, layer() | event << 8 | 1 << 16 | (ipv6 ? 1 << 20 : 0));
        bytes.putLong(16, endpoint);
        bytes.putInt(32, pid);
        putAddress(bytes, 36, local);
        putAddress(bytes, 52, remote);
        bytes.putShort(68, (short) port);
        bytes.putShort(70, (short) remotePort);
        bytes.put(72, (byte) protocol);
        return bytes.array();
    }

    /** The 16 bytes of the address, IPv4 as ::ffff:a.b.c.d, from the last to the first. */
    private static void putAddress(ByteBuffer bytes, int at, String text) {
        try {
            byte[] address = InetAddress.getByName(text).getAddress();
            byte[] mapped = new byte[16];
            System.arraycopy(address, 0, mapped, 16 - address.length, address.length);
            if (address.length == 4) {
                mapped[10] = (byte) 0xff;
                mapped[11] = (byte) 0xff;
            }
            for (int i = 0; i < 16; i++) {
                bytes.put(at + i, mapped[15 - i]);
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
