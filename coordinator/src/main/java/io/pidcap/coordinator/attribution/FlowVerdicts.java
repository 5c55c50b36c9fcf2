package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.FlowKey;
import io.pidcap.protocol.model.PacketLabel;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Attributor} has said of plain packets. Packet after packet of one flow gets the same answer, until the
 * timeline learns something new or the border of an interval is crossed: so each answer is kept with the times between
 * which it holds, and what is found here is exactly what the attributor would say.
 *
 * <p>A table in one array, with a few places for each hash value, of which one is given up for a newcomer: nothing that
 * somebody sends makes it slow, only useless. A place is as long as a line of the processor's cache.
 */
public final class FlowVerdicts {
    private static final int LEAST_PLACES = 1 << 12;
    /** For each hash value. */
    private static final int WAYS = 4;

    /** 16 MiB, for who runs beside what is captured. */
    public static final int FEW_PLACES = 1 << 18;
    /** 64 MiB: both directions of some hundred thousand flows find room. */
    public static final int MANY_PLACES = 1 << 20;

    private static final int SOURCE_LOW = 0;
    private static final int DESTINATION_LOW = 1;
    private static final int REST = 2;
    private static final int SOURCE_HIGH = 3;
    private static final int DESTINATION_HIGH = 4;
    private static final int FROM = 5;
    private static final int UNTIL = 6;
    private static final int KNOWLEDGE = 7;
    private static final int LONGS = 8;

    private final FlowTimeline timeline;
    private final long seed;
    private final int mostPlaces;
    private long[] places = new long[LEAST_PLACES * LONGS];
    private @Nullable FlowVerdict[] verdicts = new FlowVerdict[LEAST_PLACES];
    /** Of the same process are many flows: one object for all stays in the processor's cache. */
    private FlowVerdict latestKept = FlowVerdict.NOT_WANTED;

    /** Answers of {@link #latestKnowledge}; all others may be written over. */
    private int fresh;

    private long latestKnowledge;
    private int givenUp;

    /**
     * An empty table, which grows with the flows.
     *
     * @param seed not to be guessed by who sends packets
     * @param mostPlaces up to which it grows: {@link #FEW_PLACES} or {@link #MANY_PLACES}
     */
    public FlowVerdicts(FlowTimeline timeline, long seed, int mostPlaces) {
        this.timeline = timeline;
        this.seed = seed;
        this.mostPlaces = mostPlaces;
    }

    /** Null: the attributor must be asked. Makes no objects. */
    public @Nullable FlowVerdict find(FlowKey key, long monotonicNanos) {
        long knowledge = timeline.knowledge();
        int place = place(key);
        for (int way = place; way < place + WAYS; way++) {
            int at = way * LONGS;
            if (isOf(key, at)
                    && places[at + FROM] <= monotonicNanos
                    && monotonicNanos < places[at + UNTIL]
                    && places[at + KNOWLEDGE] == knowledge) {
                return verdicts[way];
            }
        }
        return null;
    }

    /** The attributor has just said this of a packet of this key, and the packet is kept, with this label. */
    public void rememberKept(FlowKey key, Attribution found, @Nullable PacketLabel label) {
        FlowVerdict verdict = FlowVerdict.kept(found, label);
        if (!verdict.saysTheSameAs(latestKept)) {
            latestKept = verdict;
        }
        remember(key, found, latestKept);
    }

    /** The attributor has just said this of a packet of this key, and the packet is skipped. */
    public void rememberSkipped(FlowKey key, Attribution found) {
        remember(key, found, FlowVerdict.skipped(found));
    }

    private void remember(FlowKey key, Attribution found, FlowVerdict verdict) {
        long knowledge = timeline.knowledge();
        if (knowledge != latestKnowledge) {
            latestKnowledge = knowledge;
            fresh = 0;
        }
        if (fresh > verdicts.length / 2 && verdicts.length < mostPlaces) {
            grow();
        }
        int place = placeFor(key, knowledge);
        if (!isFresh(place, knowledge)) {
            fresh++;
        }
        put(place, key, found, knowledge, verdict);
    }

    /** Filled again as packets come, which is less than to move all over; at once for both directions of all flows. */
    private void grow() {
        long wanted = 4L * Math.max(verdicts.length, timeline.size());
        int length = verdicts.length;
        while (length < wanted && length < mostPlaces) {
            length *= 2;
        }
        places = new long[length * LONGS];
        verdicts = new FlowVerdict[length];
        fresh = 0;
    }

    private int placeFor(FlowKey key, long knowledge) {
        int first = place(key);
        for (int place = first; place < first + WAYS; place++) {
            if (isOf(key, place * LONGS) || !isFresh(place, knowledge)) {
                return place;
            }
        }
        // All are taken: which one goes changes from time to time.
        return first + (givenUp++ & (WAYS - 1));
    }

    private boolean isFresh(int place, long knowledge) {
        return places[place * LONGS + KNOWLEDGE] == knowledge;
    }

    private void put(int place, FlowKey key, Attribution found, long knowledge, FlowVerdict verdict) {
        int at = place * LONGS;
        places[at + SOURCE_LOW] = key.sourceLow();
        places[at + DESTINATION_LOW] = key.destinationLow();
        places[at + REST] = key.rest();
        places[at + SOURCE_HIGH] = key.sourceHigh();
        places[at + DESTINATION_HIGH] = key.destinationHigh();
        places[at + FROM] = found.holdsFrom();
        places[at + UNTIL] = found.holdsUntil();
        places[at + KNOWLEDGE] = knowledge;
        verdicts[place] = verdict;
    }

    private boolean isOf(FlowKey key, int at) {
        return places[at + SOURCE_LOW] == key.sourceLow()
                && places[at + DESTINATION_LOW] == key.destinationLow()
                && places[at + REST] == key.rest()
                && places[at + SOURCE_HIGH] == key.sourceHigh()
                && places[at + DESTINATION_HIGH] == key.destinationHigh();
    }

    /** The first of its {@link #WAYS}. */
    private int place(FlowKey key) {
        long hash = mix(key.sourceLow() ^ seed ^ key.sourceHigh());
        hash = mix(hash ^ key.destinationLow() ^ Long.rotateLeft(key.destinationHigh(), 32));
        hash = mix(hash ^ key.rest());
        return (int) hash & (verdicts.length - WAYS);
    }

    /** Every bit counts in the low half of the result, also one of the highest. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * 0x9e37_79b9_7f4a_7c15L;
        return mixed ^ (mixed >>> 32);
    }
}
