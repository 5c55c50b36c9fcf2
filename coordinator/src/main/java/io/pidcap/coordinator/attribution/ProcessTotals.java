package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.ProcessIdentity;

/**
 * What was kept for one process. A packet between two wanted processes counts for both.
 *
 * @param bytes on the wire, headers included
 * @param flows five-tuples, and bound or listening ports, of which at least one packet was kept
 */
public record ProcessTotals(ProcessIdentity identity, String name, long packets, long bytes, long flows) {
    /** Stands for all processes that have no row of their own. */
    public static final ProcessIdentity OTHERS = new ProcessIdentity(0, 0);

    public ProcessTotals plus(ProcessTotals other) {
        return new ProcessTotals(identity, name, packets + other.packets, bytes + other.bytes, flows + other.flows);
    }
}
