package io.pidcap.host.linux.bpf;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When the ring is looked at. While something happens, every few milliseconds, because a wakeup for each record costs far
 * more than the record; where nothing happens, the next record wakes the reader, so that it need not look in between.
 *
 * <p>No record is slept over: the programs reserve a record's place before they look whether the reader waits, the
 * reader says that it waits before poll(2) looks whether a place is reserved.
 *
 * <p>Only the thread that owns the source calls it.
 */
final class ReadingPace {
    /** At a million records of 120 bytes a second 1.2 MB of the ring's 8. */
    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final BpfRingBuffer ring;
    private final PortTable ports;
    private long lookedNanos = System.nanoTime() - GAP_NANOS;
    /** The last look was only for the time: what comes next need not be held back. */
    private boolean quiet;

    ReadingPace(BpfRingBuffer ring, PortTable ports) {
        this.ring = ring;
        this.ports = ports;
    }

    /** Returns when the ring is to be looked at: for a record, or at {@code deadlineNanos}. */
    void await(long deadlineNanos) {
        if (!quiet) {
            parkUntil(Math.min(lookedNanos + GAP_NANOS, deadlineNanos));
        }
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos > 0 && ring.isEmpty() && !Thread.currentThread().isInterrupted()) {
            ports.setReaderWaits(true);
            ring.awaitRecord(leftNanos);
            ports.setReaderWaits(false);
        }
        quiet = ring.isEmpty();
        lookedNanos = System.nanoTime();
    }

    private void parkUntil(long nanos) {
        long leftNanos = nanos - System.nanoTime();
        while (leftNanos > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, leftNanos);
            leftNanos = nanos - System.nanoTime();
        }
    }
}
