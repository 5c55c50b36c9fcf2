package io.pidcap.coordinator.filter;

import io.pidcap.protocol.model.PrefilterDecision;

/** What the filter stage tells; called on its thread, so it must be quick and must not wait for that thread. */
public interface FilterListener {
    /**
     * All packets of the segment have been decided, and those that were selected are in the output's file; but for later
     * fragments whose first fragment may still come, which are held in memory for a moment. Nobody reads the segment any
     * more: it can be deleted.
     *
     * @param checkpoint behind the segment
     */
    void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint);

    /** What the kernel may drop; only where packets are filtered there. To be carried out by that run of the event-worker. */
    default void prefilterDecided(int run, PrefilterDecision decision) {}

    /** Everything is filtered and flushed; the output is the caller's again. Comes once, unless {@link #failed} does. */
    void finished(FilterProgress result);

    /**
     * The output cannot be written, or the filter stage has a fault. It has stopped: what was written stays, the output
     * is the caller's again, and the segments that were not filtered are still there.
     */
    void failed(FilterProgress result, Exception cause);
}
