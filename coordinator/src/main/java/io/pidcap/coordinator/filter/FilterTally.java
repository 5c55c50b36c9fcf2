package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.packet.UnknownCause;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts for {@link FilterCounters}; owned by the filter's thread. */
final class FilterTally {
    private static final class Count {
        long packets;
    }

    private long receivedPackets;
    private long receivedBytes;
    private long keptPackets;
    private long keptBytes;
    private long notSelectedPackets;
    private long afterLimitPackets;
    private final EnumMap<AttributionReason, Count> keptByReason = new EnumMap<>(AttributionReason.class);
    private final EnumMap<UnknownCause, Count> unknownPackets = new EnumMap<>(UnknownCause.class);

    private final EnumMap<UnknownCause, Count> keptUnknownPackets = new EnumMap<>(UnknownCause.class);

    FilterTally() {
        for (AttributionReason reason : AttributionReason.values()) {
            keptByReason.put(reason, new Count());
        }
        for (UnknownCause cause : UnknownCause.values()) {
            unknownPackets.put(cause, new Count());
        }
    }

    void received(int originalLength) {
        receivedPackets++;
        receivedBytes += originalLength;
    }

    /** One of the two is not null: why it is its owner's, or why it has none. */
    void kept(int originalLength, @Nullable AttributionReason reason, @Nullable UnknownCause cause) {
        keptPackets++;
        keptBytes += originalLength;
        if (reason != null) {
            keptByReason.computeIfAbsent(reason, any -> new Count()).packets++;
        } else if (cause != null) {
            keptUnknownPackets.computeIfAbsent(cause, any -> new Count()).packets++;
        }
    }

    void notSelected() {
        notSelectedPackets++;
    }

    void afterLimit() {
        afterLimitPackets++;
    }

    void unknown(UnknownCause cause) {
        unknownPackets.computeIfAbsent(cause, any -> new Count()).packets++;
    }

    FilterCounters snapshot(long heldPackets, long unreadableBytes) {
        Map<UnknownCause, Long> unknown = new EnumMap<>(UnknownCause.class);
        unknownPackets.forEach((cause, count) -> unknown.put(cause, count.packets));
        Map<UnknownCause, Long> keptUnknown = new EnumMap<>(UnknownCause.class);
        keptUnknownPackets.forEach((cause, count) -> keptUnknown.put(cause, count.packets));
        Map<AttributionReason, Long> kept = new EnumMap<>(AttributionReason.class);
        keptByReason.forEach((reason, count) -> kept.put(reason, count.packets));
        return new FilterCounters(
                receivedPackets,
                receivedBytes,
                keptPackets,
                keptBytes,
                kept,
                keptUnknown,
                notSelectedPackets,
                afterLimitPackets,
                unknown,
                heldPackets,
                unreadableBytes);
    }
}
