package io.pidcap.coordinator.session;

import io.pidcap.coordinator.output.OutputReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reports for tests. */
public final class Reports {
    private static final Instant START = Instant.parse("2026-11-21T09:30:12.123456789Z");

    private Reports() {}

    public static SessionReport capturing() {
        return report("capturing", 12);
    }

    public static SessionReport finished() {
        return report("finished", 0);
    }

    private static SessionReport report(String state, long waiting) {
        boolean over = waiting == 0;
        return new SessionReport(
                SessionReport.FORMAT,
                "20261121-093012-curl",
                state,
                null,
                START,
                START.plusMillis(700),
                over ? START.plusMillis(10_700) : null,
                over ? START.plusMillis(10_900) : null,
                new SessionReport.Selection(List.of("curl"), List.of(), List.of(), List.of(), false, ""),
                new OutputReport("/home/me/a.pcapng", "pcapng", 1_258_291),
                new SessionReport.Packets(
                        5432 + waiting,
                        1234,
                        Map.of("socket event", 1230L, "listener", 4L, "tail", 0L),
                        Map.of("of other processes", 4198L, "not IP", 0L),
                        Map.of("by the kernel", 0L),
                        waiting),
                new SessionReport.Events("proc", "", List.of(), 17, 0, 0, null),
                List.of(new SessionReport.Interface("any", "LINUX_SLL2", true, 5432, 0, 0, 0, 0)),
                List.of(new SessionReport.ProcessRow(4711, "curl", 1234, 1_200_000, 3)),
                List.of(new SessionReport.Run("capture", 1, 99, START, START, null, "")),
                List.of(new SessionReport.Gap("events", START.plusSeconds(1), START.plusSeconds(2), "killed", false)),
                List.of("a note"),
                List.of("an end note"),
                Map.of("secret", 3L));
    }
}
