package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.printing.PrintableText;
import io.pidcap.coordinator.reading.FlowRow;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The table of {@code pidcap read --stats}. */
final class FlowTable {
    private FlowTable() {}

    static String of(List<FlowRow> rows, ZoneId zone) {
        DateTimeFormatter time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
                .withZone(zone);
        TextTable table = new TextTable(
                "PROCESS",
                ">PID",
                "PROTOCOL",
                "SOURCE",
                "DESTINATION",
                ">PACKETS",
                ">BYTES",
                ">BACK",
                ">BYTES BACK",
                "FIRST",
                "LAST");
        for (FlowRow row : rows) {
            table.row(
                    row.process().isEmpty() ? "-" : PrintableText.of(row.process()),
                    row.pid() < 0 ? "-" : row.pid(),
                    row.protocol(),
                    row.source(),
                    row.destination(),
                    row.packets(),
                    row.bytes(),
                    row.backPackets(),
                    row.backBytes(),
                    time.format(Instant.ofEpochSecond(0, row.firstEpochNanos())),
                    time.format(Instant.ofEpochSecond(0, row.lastEpochNanos())));
        }
        return table.toString();
    }
}
