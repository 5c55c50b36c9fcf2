package io.pidcap.host.windows.windivert;

import io.pidcap.protocol.model.ProcessInfo;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of both layers into the order in which they happened: they are held back until none that happened before
 * is still on its way. What happened at the same tick stays as it came.
 */
final class RecordOrder {
    /**
     * A record, by the monotonic clock.
     *
     * @param process whose it is
     */
    record Dated(WinDivertRecord record, long nanos, long number, ProcessInfo process) {}

    private final PriorityQueue<Dated> held =
            new PriorityQueue<>(Comparator.comparingLong(Dated::nanos).thenComparingLong(Dated::number));
    private long numbers;

    void add(WinDivertRecord record, long nanos, ProcessInfo process) {
        held.add(new Dated(record, nanos, numbers++, process));
    }

    /** The next that happened before {@code untilNanos}; null: none. */
    @Nullable
    Dated next(long untilNanos) {
        Dated first = held.peek();
        return first != null && first.nanos < untilNanos ? held.remove() : null;
    }
}
