package io.pidcap.coordinator.filter;

import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the filter stage is told, in the order in which it happened. */
public sealed interface FilterCommand {
    /**
     * A capture-worker has opened its interfaces. Its packets come after those of all runs before it.
     *
     * @param run greater than that of the run before
     * @param interfaces in the order of their numbers in {@link ProgressArrived}
     * @param openingMonotonicNanos no packet of it is older; {@link Long#MIN_VALUE}: not known
     */
    record RunOpened(int run, List<InterfaceDescription> interfaces, long openingMonotonicNanos)
            implements FilterCommand {
        public RunOpened {
            interfaces = List.copyOf(interfaces);
        }
    }

    /**
     * A segment has grown or ended.
     *
     * @param interfaceNumber index in {@link RunOpened#interfaces}
     * @param segment greater than that of the segment before
     * @param readableBytes whole records up to here can be read
     * @param ended no more is written to this segment
     * @param drainedUntilMonotonicNanos all packets of this interface up to this time are readable; {@link
     *     Long#MIN_VALUE}: not known
     * @param announced what is readable was captured before; null: not known
     */
    record ProgressArrived(
            int run,
            int interfaceNumber,
            int segment,
            Path file,
            long readableBytes,
            boolean ended,
            long drainedUntilMonotonicNanos,
            @Nullable ObservedTime announced)
            implements FilterCommand {}

    /**
     * The capture-worker is gone; nothing more is announced. What it wrote without announcing it to segments that are
     * known is read too.
     */
    record RunEnded(int run) implements FilterCommand {}

    /** The first word of a run of the event-worker. */
    record SnapshotArrived(SocketSnapshot snapshot) implements FilterCommand {}

    /** What happened since the batch or the snapshot before. */
    record BatchArrived(FlowBatch batch) implements FilterCommand {}

    /** What belongs to the batch before it, where packets are filtered in the kernel; in the given run of the event-worker. */
    record PrefilterSeenArrived(int run, PrefilterSeen seen) implements FilterCommand {}

    /**
     * There is no event-worker and will be none for a while: packets are no longer held back for its watermark, until
     * the next snapshot.
     */
    record EventsEnded() implements FilterCommand {}

    /**
     * Where the stage is, is to be told.
     *
     * @param taker called on the filter's thread; it must be quick and must not wait for that thread
     */
    record CheckpointWanted(Consumer<FilterCheckpoint> taker) implements FilterCommand {}

    /** Nothing more comes: what is left is filtered without waiting for anything, then the stage is over. */
    record Finish() implements FilterCommand {}
}
