package io.pidcap.coordinator.clock;

/**
 * Translates the stamps of one stream of packets, in nearly the order of their capture, from the wall clock to the
 * monotonic clock.
 *
 * <p>A stamp alone does not tell: after the wall clock was set back the same stamps come once more. What tells is where
 * the packet lies. It was captured after whatever was announced before it was drained ({@link #enter}), not much earlier
 * than the packets before it, and before it was announced. Each era gives a candidate; one that lies in its era and
 * between these bounds is possible, and the possible one that is nearest to the packets before it is taken. Where none is
 * possible, the one that misses least.
 *
 * <p>So the answer is exact for steps that are larger than the time between two announcements plus what the system
 * holds back (some 200 ms), and in a stream with traffic for steps that are larger than twice the pauses in it. Else a
 * packet captured within that time of the step may be wrong by the size of the step, and by no more.
 *
 * <p>Without announcements, in a file from elsewhere, the order of the packets must do: a step back is known where it is
 * larger than the pause in which it fell.
 *
 * <p>One thread, the track's.
 */
public final class PacketClock {
    /** By how much a packet may be earlier than one before it in its stream. */
    public static final long DISORDER_NANOS = 2_000_000_000L;

    /** How exactly readings and stamps are related. */
    private static final long SLACK_NANOS = 1_000_000;

    private final ClockTrack track;
    private long after = Long.MIN_VALUE;
    private long until = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    public PacketClock(ClockTrack track) {
        this.track = track;
    }

    /**
     * The packets from here on were captured between these monotonic times.
     *
     * @param afterNanos {@link Long#MIN_VALUE}: not known
     * @param untilNanos {@link Long#MAX_VALUE}: not known; else the track has a reading of then
     */
    public void enter(long afterNanos, long untilNanos) {
        after = Math.max(after, afterNanos);
        until = untilNanos;
    }

    /**
     * The monotonic time of the stream's next packet: never after it was announced, whatever its stamp says. While the
     * track has no reading, the stamp itself.
     */
    public long monotonicNanos(long epochNanos) {
        ClockEra oldest = track.oldest();
        if (oldest == null) {
            return epochNanos;
        }
        long nanos = oldest.next == null ? epochNanos - oldest.offsetNanos : choose(oldest, epochNanos);
        nanos = Math.min(nanos, until);
        if (nanos > latest) {
            // One with a stamp of the future, in a file from elsewhere, tells nothing about those behind it.
            latest = Math.max(latest, Math.min(nanos, track.knownUntil()));
        }
        return nanos;
    }

    private long choose(ClockEra oldest, long epochNanos) {
        long earliest = latest == Long.MIN_VALUE ? after : Math.max(after, latest - DISORDER_NANOS);
        long expected = Math.max(after, latest);
        long begin = Long.MIN_VALUE;
        long chosen = 0;
        long leastMiss = Long.MAX_VALUE;
        long leastDistance = Long.MAX_VALUE;
        for (ClockEra era = oldest; era != null; era = era.next) {
            long candidate = epochNanos - era.offsetNanos;
            long end = era.next == null ? Long.MAX_VALUE : era.next.firstShown;
            long miss = outside(candidate, Math.max(begin, earliest), Math.min(end, until));
            long distance = expected == Long.MIN_VALUE ? 0 : Math.abs(candidate - expected);
            if (miss < leastMiss || (miss == leastMiss && distance < leastDistance)) {
                chosen = candidate;
                leastMiss = miss;
                leastDistance = distance;
            }
            begin = era.lastShown;
        }
        return chosen;
    }

    /** By how much it lies outside; 0 for what the readings cannot tell from inside. */
    private static long outside(long nanos, long from, long to) {
        long miss = nanos < from ? from - nanos : nanos > to ? nanos - to : 0;
        return miss <= SLACK_NANOS ? 0 : miss;
    }
}
