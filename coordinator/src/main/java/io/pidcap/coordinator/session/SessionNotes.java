package io.pidcap.coordinator.session;

import io.pidcap.protocol.model.CaptureCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a session tells its user beside numbers, and how its numbers are put together. */
final class SessionNotes {
    private SessionNotes() {}

    static List<String> atReady(SessionConfig config, EventSide events) {
        List<String> notes = new ArrayList<>();
        List<String> absent = events.namesOfNobody();
        if (!absent.isEmpty()) {
            notes.add("no process is called " + String.join(" or ", absent)
                    + " now; its packets are kept once it starts");
        }
        SessionReport.Events source = events.report();
        if (!source.reason().isEmpty() && config.events() == SessionConfig.Events.AUTO) {
            notes.add("owners of flows are learnt by " + source.source() + ": " + source.reason());
        }
        notes.addAll(source.limits());
        return notes;
    }

    /**
     * The equation. {@code ps_recv} is not the left side: libpcap counts there, on Linux, what it drops as well, and on
     * the loopback interface every packet twice.
     */
    static SessionReport.Packets packets(List<CaptureCounters> totals, FilterFeed.Progress progress) {
        long written =
                totals.stream().mapToLong(CaptureCounters::writtenPackets).sum();
        long kernel = totals.stream().mapToLong(CaptureCounters::droppedPackets).sum();
        long device = totals.stream()
                .mapToLong(CaptureCounters::interfaceDroppedPackets)
                .sum();
        long read = progress.keptPackets()
                + progress.skippedPackets().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        long reached = Math.max(written, read);
        long unread = reached - read;
        Map<String, Long> dropped = new LinkedHashMap<>();
        dropped.put("kernel buffer", kernel);
        dropped.put("interface", device);
        dropped.put("spool", progress.isOver() ? unread : 0);
        return new SessionReport.Packets(
                reached + kernel + device,
                progress.keptPackets(),
                progress.skippedPackets(),
                dropped,
                progress.isOver() ? 0 : unread);
    }
}
