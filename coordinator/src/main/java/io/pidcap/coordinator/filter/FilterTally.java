package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.packet.UnknownCause;
import java.util.EnumMap;
import java.util.Map;

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
    private final EnumMap<UnknownCause, Count> unknownPackets = new EnumMap<>(UnknownCause.class);

    FilterTally() {
        for (UnknownCause cause : UnknownCause.values()) {
            unknownPackets.put(cause, new Count());
        }
    }

    void received(int originalLength) {
        receivedPackets++;
        receivedBytes += originalLength;
    }

    void kept(int originalLength) {
        keptPackets++;
        keptBytes += originalLength;
    }

    void notSelected() {
        notSelectedPackets++;
    }

    void unknown(UnknownCause cause) {
        unknownPackets.computeIfAbsent(cause, any -> new Count()).packets++;
    }

    FilterCounters snapshot(long heldPackets, long unreadableBytes) {
        Map<UnknownCause, Long> unknown = new EnumMap<>(UnknownCause.class);
        unknownPackets.forEach((cause, count) -> unknown.put(cause, count.packets));
        return new FilterCounters(
                receivedPackets,
                receivedBytes,
                keptPackets,
                keptBytes,
                notSelectedPackets,
                unknown,
                heldPackets,
                unreadableBytes);
    }
}
