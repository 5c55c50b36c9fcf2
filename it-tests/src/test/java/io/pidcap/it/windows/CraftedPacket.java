package io.pidcap.it.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/**
 * An Ethernet frame that nobody here answers, since it is addressed to another card.
 *
 * @param protocol {@code udp}, {@code tcp} or {@code icmp}
 * @param payload to be known by
 */
record CraftedPacket(String protocol, Ends ends, String payload) {
    private static final int ETHERNET = 14;

    /** Two addresses with ports, as {@code 10.0.0.1:80>[fd77::9]:443}. */
    record Ends(String local, int localPort, String remote, int remotePort) {
        /** The remote end may be missing. */
        static Ends parse(String text) {
            String[] both = text.split(">");
            String none = both[0].startsWith("[") ? "[::]:0" : "0.0.0.0:0";
            String second = both.length == 1 ? none : both[1];
            return new Ends(address(both[0]), port(both[0]), address(second), port(second));
        }

        private static String address(String end) {
            return end.substring(0, end.lastIndexOf(':')).replace("[", "").replace("]", "");
        }

        private static int port(String end) {
            return Integer.parseInt(end.substring(end.lastIndexOf(':') + 1));
        }
    }

    /** As hexadecimal digits. */
    String frame() throws UnknownHostException {
        byte[] from = InetAddress.getByName(ends.local).getAddress();
        byte[] to = InetAddress.getByName(ends.remote).getAddress();
        byte[] transport = transport();
        boolean ipv6 = from.length == 16;
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv6 ? 40 : 20) + transport.length);
        frame.put(HexFormat.of().parseHex("020000000077" + "020000000078"));
        frame.putShort((short) (ipv6 ? 0x86dd : 0x0800));
        if (ipv6) {
            frame.putInt(0x60000000)
                    .putShort((short) transport.length)
                    .put(number())
                    .put((byte) 64);
        } else {
            frame.putShort((short) 0x4500).putShort((short) (20 + transport.length));
            frame.putInt(0).put((byte) 64).put(number()).putShort((short) 0);
        }
        frame.put(from).put(to).put(transport);
        return HexFormat.of().formatHex(frame.array());
    }

    private byte number() {
        return switch (protocol.toLowerCase(Locale.ROOT)) {
            case "udp" -> 17;
            case "tcp" -> 6;
            case "icmp" -> 1;
            default -> throw new IllegalArgumentException(protocol);
        };
    }

    /** Without checksums: no reader here looks at them. */
    private byte[] transport() {
        byte[] data = payload.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(20 + data.length);
        if (number() == 1) {
            bytes.putInt(0x08000000).putInt(0).put(data);
        } else {
            bytes.putShort((short) ends.localPort).putShort((short) ends.remotePort);
            if (number() == 17) {
                bytes.putShort((short) (8 + data.length)).putShort((short) 0).put(data);
            } else {
                bytes.putInt(1).putInt(1).putShort((short) 0x5018).putShort((short) 512);
                bytes.putInt(0).put(data);
            }
        }
        byte[] transport = new byte[bytes.position()];
        bytes.flip().get(transport);
        return transport;
    }
}
