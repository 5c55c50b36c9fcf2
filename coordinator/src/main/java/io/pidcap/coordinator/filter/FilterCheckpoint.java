package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.ProcessTotals;
import io.pidcap.protocol.file.FileTotals;
import java.util.List;
import java.util.Map;

/**
 * A point at which the output is known to hold exactly the selected packets of a beginning of the spool, so that another
 * process can go on from there.
 *
 * @param run of the capture-worker; those before it are filtered to their ends
 * @param positions of the interfaces of {@code run}
 * @param outputBytes the output's length, all of it given to the file system
 * @param counters of that beginning of the spool
 * @param files what of those bytes is in which file, where the output writes several at once
 * @param allBeforeMonotonicNanos no packet that lies behind is older; {@link Long#MIN_VALUE}: not known
 */
public record FilterCheckpoint(
        int run,
        List<StreamPosition> positions,
        long outputBytes,
        FilterCounters counters,
        List<ProcessTotals> processes,
        FileTotals files,
        long allBeforeMonotonicNanos) {
    /** Before everything. */
    public static final FilterCheckpoint NOTHING = new FilterCheckpoint(
            0,
            List.of(),
            0,
            new FilterCounters(0, 0, 0, 0, Map.of(), Map.of(), 0, 0, Map.of(), 0, 0),
            List.of(),
            FileTotals.NONE,
            Long.MIN_VALUE);

    public FilterCheckpoint {
        positions = List.copyOf(positions);
        processes = List.copyOf(processes);
    }

    /** Where an interface's first packet that is not in the output lies. */
    StreamPosition positionOf(int ofRun, int interfaceNumber) {
        if (ofRun < run) {
            return new StreamPosition(interfaceNumber, Integer.MAX_VALUE, 0);
        }
        if (ofRun == run) {
            for (StreamPosition position : positions) {
                if (position.interfaceNumber() == interfaceNumber) {
                    return position;
                }
            }
        }
        return new StreamPosition(interfaceNumber, 0, 0);
    }
}
