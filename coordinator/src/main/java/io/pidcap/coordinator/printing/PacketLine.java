package io.pidcap.coordinator.printing;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A packet in one line, in tcpdump's manner, with the process before it:
 *
 * <pre>
 * 2026-11-21 12:00:00.123456789 curl[4711] eth0 MAC > MAC, IP 10.0.0.1.40000 > 10.0.0.2.80: TCP [S], length 74
 * </pre>
 *
 * Parts that are not known are left out, but for the process, which is then a {@code -}. Nothing in a line obeys the
 * file that it came from: characters that a terminal would act on are replaced. Safe for any thread.
 */
public final class PacketLine {
    private final DateTimeFormatter time;

    /** @param zone of the times */
    public PacketLine(ZoneId zone) {
        time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.nnnnnnnnn", Locale.ROOT)
                .withZone(zone);
    }

    /** Without a line break. */
    public String of(DecodedPacket packet, PacketProcess process) {
        StringBuilder line = new StringBuilder(200);
        time.formatTo(instant(packet.epochNanos()), line);
        line.append(' ').append(process.isKnown() ? process(process.name(), process.pid()) : "-");
        if (!packet.interfaceName().isEmpty()) {
            line.append(' ').append(PrintableText.of(packet.interfaceName()));
        }
        line.append(' ');
        appendFrame(line, packet);
        if (packet.isDecoded()) {
            appendNetwork(line, packet);
        } else {
            line.append("link type ").append(packet.linkType());
        }
        line.append(", length ").append(packet.originalLength());
        if (packet.capturedLength() < packet.originalLength()) {
            line.append(" (").append(packet.capturedLength()).append(" captured)");
        }
        if (process.hasPeer()) {
            line.append(", peer ").append(process(process.peerName(), process.peerPid()));
        }
        return line.toString();
    }

    static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(0, epochNanos);
    }

    private static String process(String name, long pid) {
        String shown = name.isEmpty() ? "?" : PrintableText.of(name);
        return pid < 0 ? shown : shown + "[" + pid + "]";
    }

    private static void appendFrame(StringBuilder line, DecodedPacket packet) {
        if (packet.destinationMac().isEmpty()) {
            line.append(packet.sourceMac().isEmpty() ? "" : packet.sourceMac() + ", ");
        } else {
            line.append(packet.sourceMac())
                    .append(" > ")
                    .append(packet.destinationMac())
                    .append(", ");
        }
    }

    private static void appendNetwork(StringBuilder line, DecodedPacket packet) {
        line.append(packet.network());
        if (!packet.sourceAddress().isEmpty()) {
            line.append(' ').append(end(packet.sourceAddress(), packet.sourcePort()));
            line.append(" > ").append(end(packet.destinationAddress(), packet.destinationPort()));
        }
        if (!packet.protocol().equals(packet.network())) {
            line.append(": ").append(packet.protocol());
        }
        line.append(packet.detail().isEmpty() ? "" : " " + packet.detail());
    }

    /** As tcpdump writes it. */
    static String end(String address, int port) {
        return port < 0 ? address : address + "." + port;
    }
}
