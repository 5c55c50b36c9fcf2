package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.packet.UnknownCause;
import java.util.HashMap;
import java.util.Map;

/**
 * What became of the packets that the filter stage has seen. At any time {@code receivedPackets = keptPackets +
 * skippedPackets() + heldPackets}.
 *
 * @param receivedPackets read from the spool
 * @param receivedBytes their lengths on the wire
 * @param keptPackets written to the output
 * @param keptBytes their lengths on the wire
 * @param keptByReason the kept packets, by why they are a wanted process's; every reason has an entry
 * @param keptUnknownPackets the kept packets of nobody we know, by cause; none unless everything is wanted
 * @param notSelectedPackets skipped: of other processes
 * @param afterLimitPackets skipped: selected when the output had all that it may have
 * @param unknownPackets skipped: of nobody we know, by cause; every cause has an entry
 * @param heldPackets later fragments that wait for their first; 0 at the end
 * @param unreadableBytes of the spool, from a damaged record to the end of its segment; the packets in them are lost
 */
public record FilterCounters(
        long receivedPackets,
        long receivedBytes,
        long keptPackets,
        long keptBytes,
        Map<AttributionReason, Long> keptByReason,
        Map<UnknownCause, Long> keptUnknownPackets,
        long notSelectedPackets,
        long afterLimitPackets,
        Map<UnknownCause, Long> unknownPackets,
        long heldPackets,
        long unreadableBytes) {
    public FilterCounters {
        keptByReason = Map.copyOf(keptByReason);
        keptUnknownPackets = Map.copyOf(keptUnknownPackets);
        unknownPackets = Map.copyOf(unknownPackets);
    }

    /** Both together. */
    public FilterCounters plus(FilterCounters other) {
        return new FilterCounters(
                receivedPackets + other.receivedPackets,
                receivedBytes + other.receivedBytes,
                keptPackets + other.keptPackets,
                keptBytes + other.keptBytes,
                sum(keptByReason, other.keptByReason),
                sum(keptUnknownPackets, other.keptUnknownPackets),
                notSelectedPackets + other.notSelectedPackets,
                afterLimitPackets + other.afterLimitPackets,
                sum(unknownPackets, other.unknownPackets),
                heldPackets + other.heldPackets,
                unreadableBytes + other.unreadableBytes);
    }

    private static <K> Map<K, Long> sum(Map<K, Long> one, Map<K, Long> other) {
        Map<K, Long> sum = new HashMap<>(one);
        other.forEach((key, count) -> sum.merge(key, count, Long::sum));
        return sum;
    }

    /** Seen and not written. */
    public long skippedPackets() {
        return notSelectedPackets
                + afterLimitPackets
                + unknownPackets.values().stream().mapToLong(Long::longValue).sum();
    }

    /** False would be a fault of ours: a packet was lost without being counted. */
    public boolean balances() {
        return receivedPackets == keptPackets + skippedPackets() + heldPackets;
    }
}
