package io.pidcap.coordinator.clock;

import io.pidcap.protocol.model.ObservedTime;
import org.jspecify.annotations.Nullable;

/**
 * How far the wall clock was from the monotonic clock, and when that changed: a chain of eras, made from readings of both
 * clocks. It grows with the steps of the wall clock, not with time. One thread.
 *
 * <p>A step that was taken back before any reading showed it is not seen.
 */
public final class ClockTrack {
    private @Nullable ClockEra oldest;
    private @Nullable ClockEra newest;

    /** Takes in a reading of both clocks at one instant; readings may come in any order. */
    public void add(ObservedTime reading) {
        ClockEra era = newest;
        if (era == null || reading.monotonicNanos() < era.firstShown) {
            era = eraBefore(reading);
        }
        if (era == null) {
            addFirst(reading);
        } else if (era.shows(reading)) {
            era.lastShown = Math.max(era.lastShown, reading.monotonicNanos());
        } else if (reading.monotonicNanos() > era.lastShown) {
            addAfter(era, reading);
        }
        // Else readings before and after it show another distance: it was disturbed, or the step lasted for a moment.
    }

    /** The last era that was shown before the reading; null if none was. */
    private @Nullable ClockEra eraBefore(ObservedTime reading) {
        ClockEra before = null;
        for (ClockEra era = oldest; era != null && era.firstShown <= reading.monotonicNanos(); era = era.next) {
            before = era;
        }
        return before;
    }

    private void addFirst(ObservedTime reading) {
        ClockEra first = oldest;
        if (first != null && first.shows(reading)) {
            first.firstShown = reading.monotonicNanos();
            return;
        }
        oldest = new ClockEra(reading, first);
        if (newest == null) {
            newest = oldest;
        }
    }

    private void addAfter(ClockEra era, ObservedTime reading) {
        ClockEra next = era.next;
        if (next != null && next.shows(reading)) {
            next.firstShown = reading.monotonicNanos();
            return;
        }
        era.next = new ClockEra(reading, next);
        if (next == null) {
            newest = era.next;
        }
    }

    /** No packet of an earlier monotonic time will come. */
    public void forgetBefore(long monotonicNanos) {
        ClockEra first = oldest;
        while (first != null && first.next != null && first.next.firstShown < monotonicNanos) {
            first = first.next;
            oldest = first;
        }
    }

    /** Null before the first reading. */
    @Nullable
    ClockEra oldest() {
        return oldest;
    }

    /** The monotonic time of the last reading; {@link Long#MIN_VALUE} before the first. */
    long knownUntil() {
        return newest == null ? Long.MIN_VALUE : newest.lastShown;
    }

    /** How many eras are held. */
    public int size() {
        int size = 0;
        for (ClockEra era = oldest; era != null; era = era.next) {
            size++;
        }
        return size;
    }
}
