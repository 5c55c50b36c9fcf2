package io.pidcap.host;

import io.pidcap.protocol.model.ObservedTime;
import java.util.ArrayDeque;

/**
 * Turns the programs' times (CLOCK_MONOTONIC) into pairs with the wall clock, for people, and knows how far back an event
 * may be dated.
 *
 * <p>A pair of readings is taken at each poll. Between two of them the wall clock is taken to run evenly; where it was
 * set in between, what happened since the earlier reading is dated by that one, because nobody knows when it was set.
 *
 * <p>An event of a packet that came in follows the packet's own stamp by as long as the packet waited for its socket.
 * It is therefore dated back by {@link #LEAD_NANOS}, but not before the socket can have had the tuple, nor before the
 * watermark that was given out.
 */
public final class EventTimes {
    /** Longer than a packet waits between its stamp and its socket, also where a soft interrupt is put off. */
    public static final long LEAD_NANOS = 20_000_000;

    /** What differs by more within one poll was set, not slewed (at most 500 us a second). */
    private static final long STEP_NANOS = 1_000_000;

    private ObservedTime before;
    private ObservedTime now;
    private ObservedTime watermark;
    /** Those after the watermark. */
    private final ArrayDeque<ObservedTime> readings = new ArrayDeque<>();

    public EventTimes(ObservedTime first) {
        before = first;
        now = first;
        watermark = first;
    }

    /** Begins a poll. */
    public void read(ObservedTime reading) {
        before = now;
        now = reading;
        readings.add(reading);
    }

    public ObservedTime now() {
        return now;
    }

    public ObservedTime watermark() {
        return watermark;
    }

    public long watermarkNanos() {
        return watermark.monotonicNanos();
    }

    /**
     * Moves the watermark to the last reading that is not after {@code monotonicNanos}, never back. A reading, because the
     * coordinator learns by watermarks when the wall clock was set.
     */
    public ObservedTime advanceWatermark(long monotonicNanos) {
        ObservedTime next = readings.peek();
        while (next != null && next.monotonicNanos() <= monotonicNanos) {
            watermark = readings.remove();
            next = readings.peek();
        }
        return watermark;
    }

    /** As it happened, but not before the watermark. */
    public ObservedTime of(long monotonicNanos) {
        return at(Math.max(watermark.monotonicNanos(), monotonicNanos));
    }

    /**
     * Dated back.
     *
     * @param sinceNanos the earliest that makes sense; 0: not known
     */
    public ObservedTime backFrom(long monotonicNanos, long sinceNanos) {
        return of(Math.min(monotonicNanos, Math.max(sinceNanos, monotonicNanos - LEAD_NANOS)));
    }

    private ObservedTime at(long monotonicNanos) {
        long offsetBefore = before.epochNanos() - before.monotonicNanos();
        long offsetNow = now.epochNanos() - now.monotonicNanos();
        long length = now.monotonicNanos() - before.monotonicNanos();
        long offset;
        if (monotonicNanos >= now.monotonicNanos()) {
            offset = offsetNow;
        } else if (Math.abs(offsetNow - offsetBefore) > STEP_NANOS || length <= 0) {
            offset = offsetBefore;
        } else {
            double part = Math.max(0, (double) (monotonicNanos - before.monotonicNanos()) / length);
            offset = offsetBefore + Math.round((offsetNow - offsetBefore) * part);
        }
        return new ObservedTime(monotonicNanos, monotonicNanos + offset);
    }
}
