package io.pidcap.coordinator.demo;

import io.pidcap.protocol.file.PcapngReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The demo's output file, read back.
 *
 * @param segments in the order of the file
 * @param otherPackets packets that are no TCP over IPv4
 */
public record DemoFile(List<TcpSegment> segments, long otherPackets) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");

    public DemoFile {
        segments = List.copyOf(segments);
    }

    public static DemoFile read(Path file) throws IOException {
        List<TcpSegment> segments = new ArrayList<>();
        long others = 0;
        try (PcapngReader reader = PcapngReader.open(file)) {
            while (reader.next()) {
                Optional<TcpSegment> segment = TcpSegment.decode(
                        reader.epochNanos(), reader.buffer().slice(reader.dataOffset(), reader.capturedLength()));
                segment.ifPresent(segments::add);
                others += segment.isPresent() ? 0 : 1;
            }
        }
        return new DemoFile(segments, others);
    }

    /** The first packets, a line each. */
    public String firstLines(int count) {
        StringBuilder text = new StringBuilder();
        segments.stream()
                .limit(count)
                .forEach(segment -> text.append("  ")
                        .append(LocalTime.ofInstant(
                                        Instant.ofEpochSecond(0, segment.epochNanos()), ZoneId.systemDefault())
                                .format(TIME))
                        .append(String.format(
                                "  %5d > %-5d  %-3s  %5d bytes%n",
                                segment.sourcePort(),
                                segment.destinationPort(),
                                segment.flagText(),
                                segment.payloadBytes())));
        return text.toString();
    }

    public DemoVerdict judge(int serverPort, DemoAccount account) {
        return DemoVerdict.of(segments, otherPackets, serverPort, account.clientConnections());
    }
}
