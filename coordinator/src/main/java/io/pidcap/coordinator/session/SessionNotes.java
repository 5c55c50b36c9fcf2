package io.pidcap.coordinator.session;

import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.filter.FilterCounters;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.model.CaptureCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What a session tells its user beside numbers, and how its numbers are put together. */
public final class SessionNotes {
    private SessionNotes() {}

    static List<String> atReady(SessionConfig config, EventSide events) {
        List<String> notes = new ArrayList<>();
        if (FilterFeed.selector(config).wantsEverything()) {
            notes.add("no process is named: the packets of all are kept, with their owners where they are known");
        }
        config.style().unmet(config.output()).ifPresent(notes::add);
        List<String> absent = events.namesOfNobody();
        if (!absent.isEmpty()) {
            notes.add("no process is called " + String.join(" or ", absent)
                    + " now; its packets are kept once it starts");
        }
        // One that was asked for by a link stands there twice, and one of the two is enough.
        List<String> wanted = config.executables();
        if (!wanted.isEmpty() && events.executablesOfNobody().size() == wanted.size()) {
            notes.add(
                    "no process executes " + String.join(" or ", wanted) + " now; its packets are kept once one does");
        }
        SessionReport.Events source = events.report();
        if (!source.reason().isEmpty() && config.events() == SessionConfig.Events.AUTO) {
            notes.add("owners of flows are learnt by " + source.source() + ": " + source.reason());
        }
        notes.addAll(source.limits());
        return notes;
    }

    public static String allIsKept(SessionDirectory directory) {
        return "the packets of all processes are kept: `pidcap filter " + directory.id()
                + " -n NAME -w FILE` picks others; delete " + directory.path() + " when you are done";
    }

    /**
     * The equation. {@code ps_recv} is not the left side: libpcap counts there, on Linux, what it drops as well, and on
     * the loopback interface every packet twice.
     *
     * @param lostInOutput packets that were selected and could not be written
     */
    public static SessionReport.Packets packets(
            List<CaptureCounters> totals, FilterProgress progress, long lostInOutput) {
        FilterCounters counters = progress.counters();
        long written = sum(totals, CaptureCounters::writtenPackets);
        long reached = Math.max(written, counters.receivedPackets());
        long unread = reached - counters.keptPackets() - counters.skippedPackets();
        long prefiltered = sum(totals, CaptureCounters::prefilteredPackets);
        boolean over = progress.state() != FilterProgress.State.RUNNING;
        Map<String, Long> keptBy = new LinkedHashMap<>();
        for (AttributionReason reason : AttributionReason.values()) {
            keptBy.put(reason.toString(), counters.keptByReason().getOrDefault(reason, 0L));
        }
        counters.keptUnknownPackets().forEach((cause, count) -> {
            if (count > 0) {
                keptBy.put("unknown: " + cause.description(), count);
            }
        });
        Map<String, Long> skipped = new LinkedHashMap<>();
        skipped.put("of other processes", counters.notSelectedPackets());
        skipped.put("after the limit", counters.afterLimitPackets());
        skipped.put("by the prefilter", prefiltered);
        counters.unknownPackets().forEach((cause, count) -> skipped.put(cause.description(), count));
        Map<String, Long> dropped = new LinkedHashMap<>();
        dropped.put("by the kernel", sum(totals, CaptureCounters::droppedPackets));
        dropped.put("by the interface", sum(totals, CaptureCounters::interfaceDroppedPackets));
        dropped.put("writing the spool", sum(totals, CaptureCounters::unwrittenPackets));
        dropped.put("never filtered", over ? unread : 0);
        dropped.put("writing the output", lostInOutput);
        long droppedBefore = sum(totals, CaptureCounters::droppedPackets)
                + sum(totals, CaptureCounters::interfaceDroppedPackets)
                + sum(totals, CaptureCounters::unwrittenPackets);
        return new SessionReport.Packets(
                reached + prefiltered + droppedBefore,
                counters.keptPackets() - lostInOutput,
                keptBy,
                skipped,
                dropped,
                over ? 0 : unread);
    }

    /** The equation and what was lost of the knowledge of owners, for the comment of the output's statistics. */
    static String inFile(SessionReport report) {
        SessionReport.Events events = report.events();
        Map<String, Long> figures = figures(report.packets());
        figures.put("events received", events.received());
        figures.put("events lost", events.lost());
        figures.put("messages missing", events.missingMessages());
        figures.put("gaps", (long) report.gaps().size());
        return text(figures);
    }

    /** The equation alone. */
    public static String inFile(SessionReport.Packets packets) {
        return text(figures(packets));
    }

    private static Map<String, Long> figures(SessionReport.Packets packets) {
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("received", packets.received());
        figures.put("kept", packets.kept());
        figures.put("skipped", packets.skippedInAll());
        figures.put("dropped", packets.droppedInAll());
        packets.dropped().forEach((place, count) -> {
            if (count > 0) {
                figures.put("dropped " + place, count);
            }
        });
        return figures;
    }

    private static String text(Map<String, Long> figures) {
        return figures.entrySet().stream()
                .map(figure -> figure.getKey().replace(' ', '_') + "=" + figure.getValue())
                .collect(Collectors.joining(" "));
    }

    /**
     * What the file says of its interfaces, the equation with the first.
     *
     * @param numbers of the output's interfaces
     */
    public static List<InterfaceStatistics> statistics(
            Map<InterfaceDescription, Integer> numbers,
            SessionReport report,
            long startEpochNanos,
            long endEpochNanos) {
        List<InterfaceStatistics> statistics = new ArrayList<>();
        numbers.forEach((description, number) -> report.interfaces().stream()
                .filter(one -> one.name().equals(description.name()))
                .findFirst()
                .ifPresent(one -> statistics.add(new InterfaceStatistics(
                        number,
                        startEpochNanos,
                        endEpochNanos,
                        one.written() + one.unwritten() + one.dropped() + one.prefiltered(),
                        one.droppedByInterface(),
                        one.dropped(),
                        one.written() + one.unwritten(),
                        number == 0 ? inFile(report) : ""))));
        return statistics;
    }

    private static long sum(List<CaptureCounters> totals, ToLongFunction<CaptureCounters> counter) {
        return totals.stream().mapToLong(counter).sum();
    }

    public static List<SessionReport.ProcessRow> processes(FilterProgress progress) {
        return progress.processes().stream()
                .filter(one -> one.packets() > 0)
                .map(one -> new SessionReport.ProcessRow(
                        one.identity().pid(), one.name(), one.packets(), one.bytes(), one.flows()))
                .toList();
    }
}
