package io.pidcap.protocol.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event source has seen since its last batch, in this order: processes, then events.
 *
 * @param processes new ones, and those that changed, before the first event that names them
 * @param exits processes that ended; their flows close by events of their own
 * @param localAddresses when {@code localAddressesChanged}: all of them, replacing what was known before
 * @param lostEvents events that the host dropped since the last batch; 0 where nothing was lost
 * @param completeUntil the watermark: no event of an earlier time is still to come
 * @param gap that ended with this batch, whose events and processes tell what was missed; else null
 */
public record FlowBatch(
        List<ProcessInfo> processes,
        List<FlowEvent> events,
        List<ProcessIdentity> exits,
        boolean localAddressesChanged,
        List<LocalAddress> localAddresses,
        long lostEvents,
        ObservedTime completeUntil,
        @Nullable FlowGap gap) {
    public FlowBatch {
        processes = List.copyOf(processes);
        events = List.copyOf(events);
        exits = List.copyOf(exits);
        localAddresses = List.copyOf(localAddresses);
    }

    /** One with which no gap ended. */
    public FlowBatch(
            List<ProcessInfo> processes,
            List<FlowEvent> events,
            List<ProcessIdentity> exits,
            boolean localAddressesChanged,
            List<LocalAddress> localAddresses,
            long lostEvents,
            ObservedTime completeUntil) {
        this(processes, events, exits, localAddressesChanged, localAddresses, lostEvents, completeUntil, null);
    }
}
