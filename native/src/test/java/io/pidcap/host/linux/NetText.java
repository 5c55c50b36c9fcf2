package io.pidcap.host.linux;

import io.pidcap.protocol.model.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Writes socket tables as the kernel does, on a processor of either byte order. */
final class NetText {
    static final String HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid" + "  timeout inode\n";

    private NetText() {}

    static String row(
            NetTable table,
            ByteOrder order,
            byte[] local,
            int localPort,
            byte[] remote,
            int remotePort,
            int state,
            long userId,
            long inode) {
        String ends = hex(local, order)
                + String.format(Locale.ROOT, ":%04X ", localPort)
                + hex(remote, order)
                + String.format(Locale.ROOT, ":%04X", remotePort);
        String row = String.format(
                Locale.ROOT,
                "%4d: %s %02X 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0000000000000000 100 0 0 10 0",
                1,
                ends,
                state,
                userId,
                inode);
        // Those of TCP over IPv4 are padded to 149 characters.
        return (table == NetTable.TCP ? String.format(Locale.ROOT, "%-149s", row) : row) + "\n";
    }

    private static String hex(byte[] address, ByteOrder order) {
        StringBuilder text = new StringBuilder();
        ByteBuffer words = ByteBuffer.wrap(address).order(order);
        while (words.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
        }
        return text.toString();
    }

    /** The 4 or 16 bytes of a text such as {@code 127.0.0.1} or {@code ::1}. */
    static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static IpAddress ip(String text) {
        return IpAddress.ofBytes(address(text));
    }
}
