package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.offline.FilterReport;
import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.coordinator.session.SessionReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reports as people read them. Without String.format for what every command prints: its first use takes 50 ms. */
final class ReportText {
    private static final int MOST_PROCESSES = 20;

    private ReportText() {}

    /** What is printed when a session has ended. */
    static String summary(SessionReport report) {
        StringBuilder text = new StringBuilder();
        SessionReport.Packets packets = report.packets();
        if (!report.output().path().isEmpty()) {
            text.append(count(packets.kept()))
                    .append(packets.kept() == 1 ? " packet" : " packets")
                    .append(" in ")
                    .append(seconds(report.captured(Instant.now())))
                    .append(": ")
                    .append(report.output().path())
                    .append(" (")
                    .append(bytes(report.output().bytes()))
                    .append(")\n");
        }
        appendFiles(text, report.output());
        appendPackets(text, packets);
        text.append(owners(report.events()));
        if (report.events().lost() > 0 || report.events().missingMessages() > 0) {
            text.append("  lost events: ")
                    .append(count(report.events().lost() + report.events().missingMessages()))
                    .append(" (packets of their flows may be missing)\n");
        }
        for (SessionReport.Gap gap : report.gaps()) {
            text.append("  gap: ").append(describe(gap)).append('\n');
        }
        text.append(refused(report));
        text.append(processes(report.processes()));
        report.endNotes().forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    /** What is printed when a file was filtered. */
    static String summary(FilterReport report) {
        StringBuilder text = new StringBuilder();
        SessionReport.Packets packets = report.packets();
        text.append(count(packets.kept()))
                .append(packets.kept() == 1 ? " packet: " : " packets: ")
                .append(report.output().path())
                .append(" (")
                .append(bytes(report.output().bytes()))
                .append(")\n");
        appendFiles(text, report.output());
        appendPackets(text, packets);
        return text.append(processes(report.processes())).toString();
    }

    private static void appendFiles(StringBuilder text, OutputReport output) {
        for (OutputReport.Part file : output.files()) {
            text.append("  ")
                    .append(file.path())
                    .append(": ")
                    .append(count(file.packets()))
                    .append(file.packets() == 1 ? " packet (" : " packets (")
                    .append(bytes(file.bytes()))
                    .append(")\n");
        }
        if (output.inSeveralFiles() > 0) {
            text.append("  in more than one of these files: ")
                    .append(count(output.inSeveralFiles()))
                    .append(output.inSeveralFiles() == 1 ? " packet" : " packets")
                    .append(" between processes of different names\n");
        }
    }

    private static void appendPackets(StringBuilder text, SessionReport.Packets packets) {
        text.append(equation(packets));
        appendDetails(text, "kept", packets.keptBy());
        appendDetails(text, "skipped", packets.skipped());
        appendDetails(text, "dropped", packets.dropped());
    }

    /** {@code 5,432 received = 1,234 kept + 4,198 skipped + 0 dropped}. */
    static String equation(SessionReport.Packets packets) {
        String waiting = packets.waiting() == 0 ? "" : " + " + count(packets.waiting()) + " not filtered yet";
        return "  " + count(packets.received()) + " received = " + count(packets.kept()) + " kept + "
                + count(packets.skippedInAll()) + " skipped + " + count(packets.droppedInAll()) + " dropped" + waiting
                + (packets.balances() ? "" : "  (which does not add up: please report this)") + "\n";
    }

    private static void appendDetails(StringBuilder text, String what, Map<String, Long> counts) {
        String details = counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted((one, other) -> Long.compare(other.getValue(), one.getValue()))
                .map(entry -> count(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        if (!details.isEmpty()) {
            text.append("  ").append(what).append(": ").append(details).append('\n');
        }
    }

    /** Which source told who owns a flow, and why that one; nothing where none was attached yet. */
    static String owners(SessionReport.Events events) {
        if (events.source().isEmpty()) {
            return "";
        }
        String why = events.reason().isEmpty() ? "" : ": " + events.reason();
        return "  owners learnt by " + events.source() + why + "\n";
    }

    /** Who knocked at the session's sockets and had to go; nothing where nobody did. */
    static String refused(SessionReport report) {
        StringBuilder text = new StringBuilder();
        appendDetails(text, "refused connections", report.refused());
        return text.toString();
    }

    static String describe(SessionReport.Gap gap) {
        DateTimeFormatter clock =
                DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
        return (gap.incomplete() ? gap.worker() + " incomplete from " : "no " + gap.worker() + " worker from ")
                + clock.format(gap.from()) + " to " + clock.format(gap.until())
                + " (" + count(gap.millis()) + " ms): " + gap.reason();
    }

    private static String processes(List<SessionReport.ProcessRow> processes) {
        if (processes.isEmpty()) {
            return "";
        }
        TextTable table = new TextTable(">PID", "PROCESS", ">PACKETS", ">BYTES", ">FLOWS");
        for (SessionReport.ProcessRow row : processes.subList(0, Math.min(MOST_PROCESSES, processes.size()))) {
            String pid = row.pid() == 0 ? "-" : Integer.toString(row.pid());
            table.row(pid, row.name(), count(row.packets()), bytes(row.bytes()), count(row.flows()));
        }
        int left = processes.size() - MOST_PROCESSES;
        return "\n" + table + (left > 0 ? "and " + left + " more processes (--json shows all)\n" : "");
    }

    static String statusLine(SessionReport report) {
        SessionReport.Packets packets = report.packets();
        return seconds(report.captured(Instant.now())) + "  kept " + count(packets.kept()) + "  seen "
                + count(packets.received()) + "  dropped " + count(packets.droppedInAll()) + "  "
                + bytes(report.output().bytes());
    }

    static String count(long number) {
        String digits = Long.toString(number);
        StringBuilder grouped = new StringBuilder(digits);
        int first = number < 0 ? 1 : 0;
        for (int at = digits.length() - 3; at > first; at -= 3) {
            grouped.insert(at, ',');
        }
        return grouped.toString();
    }

    /** {@code 512 B}, {@code 1.2 MiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double scaled = bytes;
        int unit = -1;
        while (scaled >= 1024 && unit < 4) {
            scaled /= 1024;
            unit++;
        }
        long tenths = Math.round(scaled * 10);
        return tenths / 10 + "." + tenths % 10 + " " + "KMGTP".charAt(unit) + "iB";
    }

    /** {@code 12.3 s}, {@code 5 min 2 s}, {@code 3 h 12 min}. */
    static String seconds(Duration duration) {
        long whole = duration.toSeconds();
        if (whole < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
}
