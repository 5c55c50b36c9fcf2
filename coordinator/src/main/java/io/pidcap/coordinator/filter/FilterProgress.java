package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.ProcessTotals;
import java.util.List;

/**
 * How far the filter stage has come; a value that does not change.
 *
 * @param doneBytes of the spool, filtered
 * @param totalBytes of the spool, announced so far
 * @param outputBytes length of the output
 * @param processes of which packets were kept, the one with the most bytes first
 * @param intervals of ownership in memory
 * @param problems with the spool, one line each; only the first few
 */
public record FilterProgress(
        State state,
        long doneBytes,
        long totalBytes,
        long outputBytes,
        FilterCounters counters,
        List<ProcessTotals> processes,
        int intervals,
        List<String> problems) {
    public FilterProgress {
        processes = List.copyOf(processes);
        problems = List.copyOf(problems);
    }

    /** Of the filter stage. */
    public enum State {
        RUNNING,
        FINISHED,
        /** See {@link FilterListener#failed}. */
        FAILED,
        /** {@link FilterThread#abort} was called. */
        ABORTED
    }
}
