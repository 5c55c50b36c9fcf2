package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.coordinator.session.SessionReport;
import java.util.List;

/**
 * What {@code pidcap filter} did; the JSON of {@code --json}.
 *
 * @param problems with the capture or the journal, one line each: what was read before them is filtered
 */
public record FilterReport(
        OutputReport output,
        SessionReport.Packets packets,
        List<SessionReport.ProcessRow> processes,
        List<String> problems) {
    public FilterReport {
        processes = List.copyOf(processes);
        problems = List.copyOf(problems);
    }
}
