package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.coordinator.packet.UnknownCause;
import org.jspecify.annotations.Nullable;

/** Whose a packet is. Filled again for each packet by {@link Attributor}; what was read from it before is gone then. */
public final class Attribution {
    final OwnerMatch source = new OwnerMatch();
    final OwnerMatch destination = new OwnerMatch();
    private boolean quoted;
    private boolean fragment;
    private @Nullable UnknownCause cause = UnknownCause.NO_OWNER;

    void begin(long monotonicNanos) {
        source.begin(monotonicNanos);
        destination.begin(monotonicNanos);
        reset();
    }

    void border(long borderMonotonicNanos) {
        source.border(borderMonotonicNanos);
    }

    /** A packet of the same ends gets the same answer from this time on, */
    long holdsFrom() {
        return Math.max(source.holdsFrom(), destination.holdsFrom());
    }

    /** until this time, while the timeline learns nothing new. */
    long holdsUntil() {
        return Math.min(source.holdsUntil(), destination.holdsUntil());
    }

    private void reset() {
        quoted = false;
        fragment = false;
        cause = null;
    }

    /** Makes this the attribution of a packet that has no owner. */
    public void unknown(UnknownCause why) {
        source.clear();
        destination.clear();
        reset();
        cause = why;
    }

    void finish(PacketEndpoints packet) {
        quoted = packet.quoted();
        fragment = packet.part() == Part.LATER_FRAGMENT;
        cause = source.isEmpty() && destination.isEmpty() ? UnknownCause.NO_OWNER : null;
    }

    /** At least one owner is wanted: the packet is kept. */
    public boolean selected() {
        return source.selected() || destination.selected();
    }

    /** Null if the packet has an owner. */
    public @Nullable UnknownCause cause() {
        return cause;
    }

    /** Who has the end that sent it, or that sent the packet which it quotes. */
    public OwnerMatch source() {
        return source;
    }

    /** Who has the end that it goes to, or to which the packet went that it quotes. */
    public OwnerMatch destination() {
        return destination;
    }

    /** Of the end that decided: the wanted one if there is one, the source before the destination. Null: no owner. */
    public @Nullable AttributionReason reason() {
        if (cause != null) {
            return null;
        } else if (quoted) {
            return AttributionReason.QUOTED;
        } else if (fragment) {
            return AttributionReason.FRAGMENT;
        }
        boolean useSource = source.selected() || (!destination.selected() && !source.isEmpty());
        return useSource ? source.reason() : destination.reason();
    }

    /** Counts a packet that is kept for each wanted process that owns it, once, and its flow the first time. */
    public void count(int originalLength) {
        count(source, null, originalLength);
        count(destination, source, originalLength);
    }

    private static void count(OwnerMatch match, @Nullable OwnerMatch countedBefore, int originalLength) {
        for (int i = 0; i < match.count(); i++) {
            FlowInterval interval = match.interval(i);
            TrackedProcess owner = interval.owner;
            if (!match.isSelected(owner)) {
                continue;
            }
            if (interval.markCounted()) {
                owner.countFlow();
            }
            boolean counted = match.hasOwnerBefore(i, owner)
                    || (countedBefore != null && countedBefore.hasOwnerBefore(countedBefore.count(), owner));
            if (!counted) {
                owner.countPacket(originalLength);
            }
        }
    }
}
