package io.pidcap.coordinator.attribution;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The owners of one end of a packet: the best of what was offered. Filled again for each packet. */
public final class OwnerMatch {
    private FlowInterval[] intervals = new FlowInterval[4];
    private int count;
    private MatchTier tier = MatchTier.NONE;
    private long recency;
    private boolean severalProcesses;
    private boolean selected;
    private long monotonicNanos;
    private long holdsFrom;
    private long holdsUntil;

    OwnerMatch() {}

    /** For a packet of this time. */
    void begin(long packetMonotonicNanos) {
        monotonicNanos = packetMonotonicNanos;
        holdsFrom = Long.MIN_VALUE;
        holdsUntil = Long.MAX_VALUE;
        clear();
    }

    /** Something on which the answer depends changes at this time. */
    void border(long borderMonotonicNanos) {
        if (borderMonotonicNanos <= monotonicNanos) {
            holdsFrom = Math.max(holdsFrom, borderMonotonicNanos);
        } else {
            holdsUntil = Math.min(holdsUntil, borderMonotonicNanos);
        }
    }

    /** The answer depends on whether the interval lives, and whether its owner is wanted. */
    void dependsOn(FlowInterval interval) {
        if (interval.from != FlowInterval.ALWAYS) {
            border(interval.from - FlowInterval.HEAD_NANOS);
            border(interval.from);
        }
        if (!interval.isOpen()) {
            border(interval.until);
            border(interval.until + interval.tailNanos());
        }
        border(interval.owner.ownProgramSince());
        border(interval.owner.selectedSince());
    }

    /** The answer is the same from then on, */
    long holdsFrom() {
        return holdsFrom;
    }

    /** until then, while the timeline learns nothing new. */
    long holdsUntil() {
        return holdsUntil;
    }

    void clear() {
        count = 0;
        tier = MatchTier.NONE;
        recency = 0;
        severalProcesses = false;
        selected = false;
    }

    /**
     * Keeps the interval if it is as good as what is here; drops what is here if it is better.
     *
     * @param recencyNanos between intervals of one tier the greater wins; equal ones own the packet together
     */
    void offer(MatchTier offered, FlowInterval interval, long recencyNanos) {
        int comparison = offered.compareTo(tier);
        if (comparison == 0 && count > 0) {
            comparison = Long.compare(recencyNanos, recency);
        }
        if (comparison < 0) {
            return;
        }
        if (comparison > 0) {
            clear();
            tier = offered;
            recency = recencyNanos;
        }
        if (count == intervals.length) {
            intervals = Arrays.copyOf(intervals, count * 2);
        }
        severalProcesses |= count > 0 && intervals[0].owner != interval.owner;
        selected |= interval.owner.selectedAt(monotonicNanos);
        intervals[count++] = interval;
    }

    boolean isEmpty() {
        return count == 0;
    }

    MatchTier tier() {
        return tier;
    }

    /** At least one owner is wanted. */
    public boolean selected() {
        return selected;
    }

    /** Whether this owner is wanted. */
    public boolean isSelected(TrackedProcess owner) {
        return owner.selectedAt(monotonicNanos);
    }

    /** How many intervals own this end; a process may stand behind more than one. */
    public int count() {
        return count;
    }

    /** The owner at {@code index}, less than {@link #count}. */
    public TrackedProcess owner(int index) {
        return interval(index).owner;
    }

    FlowInterval interval(int index) {
        if (index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        return intervals[index];
    }

    /** True if the process is among the owners before {@code index}. */
    boolean hasOwnerBefore(int index, TrackedProcess process) {
        for (int i = 0; i < index; i++) {
            if (intervals[i].owner == process) {
                return true;
            }
        }
        return false;
    }

    /** Null if this end has no owner. */
    public @Nullable AttributionReason reason() {
        if (count == 0) {
            return null;
        }
        FlowInterval first = intervals[0];
        return switch (tier) {
            case TAIL, TCP_TAIL, BOUND_TAIL -> AttributionReason.TAIL;
            default -> {
                if (first.isElsewhere()) {
                    yield AttributionReason.OTHER_NAMESPACE;
                } else if (severalProcesses) {
                    yield AttributionReason.SHARED_PORT;
                } else if (first.isListening()) {
                    yield AttributionReason.LISTENER;
                } else {
                    yield first.isFromSnapshot() ? AttributionReason.SNAPSHOT : AttributionReason.SOCKET_EVENT;
                }
            }
        };
    }
}
