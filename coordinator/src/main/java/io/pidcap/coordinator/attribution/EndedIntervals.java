package io.pidcap.coordinator.attribution;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Ended intervals in nearly the order in which they can be given back: when their tail is over, or sooner, when a later
 * interval of the same tuple has come and gone. Where ports are used anew every few seconds that is most of them.
 */
final class EndedIntervals {
    /** Below it nothing is won by clearing up. */
    private static final int FEW = 1024;

    /** One queue for each length of tail. What is superseded counts no more, and stays until it is cleared away. */
    private final ArrayDeque<FlowInterval> withLongTail = new ArrayDeque<>();

    private final ArrayDeque<FlowInterval> others = new ArrayDeque<>();
    private final ArrayDeque<Superseded> superseded = new ArrayDeque<>();
    private int leftBehind;

    private record Superseded(FlowInterval interval, long fromMonotonicNanos) {}

    void add(FlowInterval interval) {
        (interval.hasLongTail() ? withLongTail : others).add(interval);
    }

    /**
     * From this time on another interval is the answer wherever this one would have been.
     *
     * @param interval was added before, and has a long tail
     */
    void supersede(FlowInterval interval, long fromMonotonicNanos) {
        interval.markSuperseded();
        superseded.add(new Superseded(interval, fromMonotonicNanos));
        leftBehind++;
        if (leftBehind > FEW && leftBehind > withLongTail.size() / 2) {
            withLongTail.removeIf(FlowInterval::isSuperseded);
            leftBehind = 0;
        }
    }

    /** Takes out one that no packet of this time or later needs; null: there is none. */
    @Nullable
    FlowInterval pollBefore(long monotonicNanos) {
        Superseded replaced = superseded.peek();
        if (replaced != null && replaced.fromMonotonicNanos() < monotonicNanos) {
            return superseded.remove().interval();
        }
        FlowInterval first = withLongTail.peek();
        while (first != null && first.isSuperseded()) {
            withLongTail.remove();
            leftBehind--;
            first = withLongTail.peek();
        }
        if (isOver(first, monotonicNanos)) {
            return withLongTail.remove();
        }
        return isOver(others.peek(), monotonicNanos) ? others.remove() : null;
    }

    private static boolean isOver(@Nullable FlowInterval interval, long monotonicNanos) {
        return interval != null && interval.until + interval.tailNanos() < monotonicNanos;
    }
}
