package io.pidcap.protocol.model;

import java.util.List;

/**
 * What an event source has seen since its last batch, in this order: processes, then events.
 *
 * @param processes new ones, and those that changed, before the first event that names them
 * @param exits processes that ended; their flows close by events of their own
 * @param localAddresses when {@code localAddressesChanged}: all of them, replacing what was known before
 * @param lostEvents events that the host dropped since the last batch; 0 where nothing was lost
 * @param completeUntil the watermark: no event of an earlier time is still to come
 */
public record FlowBatch(
        List<ProcessInfo> processes,
        List<FlowEvent> events,
        List<ProcessIdentity> exits,
        boolean localAddressesChanged,
        List<LocalAddress> localAddresses,
        long lostEvents,
        ObservedTime completeUntil) {
    public FlowBatch {
        processes = List.copyOf(processes);
        events = List.copyOf(events);
        exits = List.copyOf(exits);
        localAddresses = List.copyOf(localAddresses);
    }
}
