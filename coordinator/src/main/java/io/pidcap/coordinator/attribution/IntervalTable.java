package io.pidcap.coordinator.attribution;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Intervals by tuple, in chains. The hash does not tell the two ends of a tuple apart, so both directions of a packet
 * are found in one chain: one miss of the processor's cache for a packet, however many flows there are.
 *
 * <p>The hash is keyed by a secret seed, or a remote peer could choose ports that all fall into one chain.
 */
final class IntervalTable {
    private static final int MIN_CHAINS = 1024;

    private final long seed;
    private @Nullable FlowInterval[] chains = new FlowInterval[MIN_CHAINS];
    private int size;

    IntervalTable(long seed) {
        this.seed = seed;
    }

    int size() {
        return size;
    }

    /** The first of the chain in which all intervals of this tuple are, and others; follow {@link FlowInterval#next}. */
    @Nullable
    FlowInterval chain(
            int protocol, long oneHigh, long oneLow, int onePort, long otherHigh, long otherLow, int otherPort) {
        return chains[index(hash(protocol, oneHigh, oneLow, onePort, otherHigh, otherLow, otherPort), chains.length)];
    }

    @Nullable
    FlowInterval chain(FlowInterval like) {
        return chains[indexOf(like, chains.length)];
    }

    void add(FlowInterval interval) {
        if (size >= chains.length) {
            resize(chains.length * 2);
        }
        int index = indexOf(interval, chains.length);
        interval.next = chains[index];
        chains[index] = interval;
        size++;
    }

    void remove(FlowInterval interval) {
        int index = indexOf(interval, chains.length);
        FlowInterval first = chains[index];
        if (first == interval) {
            chains[index] = interval.next;
        } else {
            FlowInterval before = Objects.requireNonNull(first, "an interval that is not in the table");
            while (before.next != interval) {
                before = Objects.requireNonNull(before.next, "an interval that is not in the table");
            }
            before.next = interval.next;
        }
        interval.next = null;
        size--;
        if (size < chains.length / 8 && chains.length > MIN_CHAINS) {
            resize(chains.length / 2);
        }
    }

    /** So many will be added soon: makes room at once, instead of moving all over each time that they have doubled. */
    void reserve(int more) {
        int length = chains.length;
        while (length < size + more) {
            length *= 2;
        }
        if (length > chains.length) {
            resize(length);
        }
    }

    private void resize(int length) {
        @Nullable FlowInterval[] old = chains;
        chains = new FlowInterval[length];
        for (FlowInterval chain : old) {
            FlowInterval interval = chain;
            while (interval != null) {
                FlowInterval next = interval.next;
                int index = indexOf(interval, length);
                interval.next = chains[index];
                chains[index] = interval;
                interval = next;
            }
        }
    }

    private int indexOf(FlowInterval interval, int length) {
        return index(
                hash(
                        interval.protocol(),
                        interval.localHigh,
                        interval.localLow,
                        interval.localPort(),
                        interval.remoteHigh,
                        interval.remoteLow,
                        interval.remotePort()),
                length);
    }

    private static int index(long hash, int length) {
        return (int) (hash >>> 32) & (length - 1);
    }

    private long hash(
            int protocol, long oneHigh, long oneLow, int onePort, long otherHigh, long otherLow, int otherPort) {
        return mix(endHash(oneHigh, oneLow, onePort) + endHash(otherHigh, otherLow, otherPort) + protocol);
    }

    private long endHash(long high, long low, int port) {
        return mix(mix(high ^ seed) + low + ((long) port << 40));
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014), shortened by its last step. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        return (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
    }
}
