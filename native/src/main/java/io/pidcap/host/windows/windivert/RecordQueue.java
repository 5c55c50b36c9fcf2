package io.pidcap.host.windows.windivert;

import io.pidcap.host.HostException;
import java.util.Collection;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Raw records on their way from the receiving threads to the one that understands them. */
final class RecordQueue {
    private final ArrayBlockingQueue<byte[]> records;
    private final AtomicLong dropped = new AtomicLong();
    private volatile @Nullable HostException failure;

    /** @param most records that may wait; what finds no place is counted */
    RecordQueue(int most) {
        records = new ArrayBlockingQueue<>(most);
    }

    void add(byte[] record) {
        if (!records.offer(record)) {
            dropped.incrementAndGet();
        }
    }

    /** No more records come from one of the receivers, because of this. */
    void fail(HostException e) {
        failure = e;
    }

    /** @throws HostException with which a receiver has ended */
    void requireIntact() {
        HostException e = failure;
        if (e != null) {
            throw e;
        }
    }

    /** Null: none came in time, or the thread was interrupted, whose flag stays set. */
    byte @Nullable [] poll(long nanos) {
        try {
            return records.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Takes what is there. */
    void drainTo(Collection<byte[]> taken) {
        records.drainTo(taken);
    }

    /** Since the last call. */
    long takeDropped() {
        return dropped.getAndSet(0);
    }
}
