package io.pidcap.it.accuracy;

import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;

/**
 * A packet as tshark shows it.
 *
 * @param digest of all its bytes
 * @param protocol tcp, udp or empty
 * @param sourcePort -1 without ports, as later fragments and ICMP are
 */
record WirePacket(
        long epochNanos,
        String digest,
        String source,
        String destination,
        String protocol,
        int sourcePort,
        int destinationPort) {
    private static final List<String> OPTIONS =
            List.of("-o", "frame.generate_md5_hash:TRUE", "-o", "ip.defragment:FALSE", "-E", "occurrence=f");

    static List<WirePacket> read(Path file) throws IOException, InterruptedException {
        return Tshark.fields(
                        file,
                        "",
                        OPTIONS,
                        "frame.time_epoch",
                        "frame.md5_hash",
                        "ip.src",
                        "ip.dst",
                        "ipv6.src",
                        "ipv6.dst",
                        "tcp.srcport",
                        "tcp.dstport",
                        "udp.srcport",
                        "udp.dstport")
                .stream()
                .map(WirePacket::of)
                .toList();
    }

    private static WirePacket of(String row) {
        String[] values = row.split(",", -1);
        boolean tcp = !values[6].isEmpty();
        boolean udp = !values[8].isEmpty();
        return new WirePacket(
                new BigDecimal(values[0]).movePointRight(9).longValue(),
                values[1],
                values[2] + values[4],
                values[3] + values[5],
                tcp ? "tcp" : udp ? "udp" : "",
                tcp || udp ? Integer.parseInt(values[6] + values[8]) : -1,
                tcp || udp ? Integer.parseInt(values[7] + values[9]) : -1);
    }
}
