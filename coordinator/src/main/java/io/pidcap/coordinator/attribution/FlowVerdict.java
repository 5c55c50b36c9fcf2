package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.PacketLabel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a packet. */
public final class FlowVerdict {
    static final FlowVerdict NO_OWNER = new FlowVerdict(false, UnknownCause.NO_OWNER, null, List.of(), null);
    static final FlowVerdict NOT_WANTED = new FlowVerdict(false, null, null, List.of(), null);

    private final boolean kept;
    private final @Nullable UnknownCause cause;
    private final @Nullable AttributionReason reason;
    private final TrackedProcess[] wantedOwners;
    private final @Nullable PacketLabel label;

    private FlowVerdict(
            boolean kept,
            @Nullable UnknownCause cause,
            @Nullable AttributionReason reason,
            List<TrackedProcess> wantedOwners,
            @Nullable PacketLabel label) {
        this.kept = kept;
        this.cause = cause;
        this.reason = reason;
        this.wantedOwners = wantedOwners.toArray(new TrackedProcess[0]);
        this.label = label;
    }

    static FlowVerdict kept(Attribution found, @Nullable PacketLabel label) {
        List<TrackedProcess> wanted = new ArrayList<>(2);
        addWanted(found.source, wanted);
        addWanted(found.destination, wanted);
        return new FlowVerdict(true, found.cause(), found.reason(), wanted, label);
    }

    static FlowVerdict skipped(Attribution found) {
        UnknownCause cause = found.cause();
        if (cause == null) {
            return NOT_WANTED;
        }
        return cause == UnknownCause.NO_OWNER ? NO_OWNER : new FlowVerdict(false, cause, null, List.of(), null);
    }

    boolean saysTheSameAs(FlowVerdict other) {
        return kept == other.kept
                && cause == other.cause
                && reason == other.reason
                && label == other.label
                && Arrays.equals(wantedOwners, other.wantedOwners);
    }

    private static void addWanted(OwnerMatch match, List<TrackedProcess> wanted) {
        for (int i = 0; i < match.count(); i++) {
            TrackedProcess owner = match.owner(i);
            if (match.isSelected(owner) && !wanted.contains(owner)) {
                wanted.add(owner);
            }
        }
    }

    public boolean isKept() {
        return kept;
    }

    /** Why the packet has no owner; null: it has one. */
    public @Nullable UnknownCause cause() {
        return cause;
    }

    /** Why it is its owners'; null: it has none, or is not kept. */
    public @Nullable AttributionReason reason() {
        return reason;
    }

    /** What the output says of it; null: nothing. */
    public @Nullable PacketLabel label() {
        return label;
    }

    /** Each once. */
    List<TrackedProcess> wantedOwners() {
        return List.of(wantedOwners);
    }

    /** Counts a packet that is kept, of a flow that was counted, for each owner that is wanted. */
    public void count(int originalLength) {
        for (TrackedProcess owner : wantedOwners) {
            owner.countPacket(originalLength);
        }
    }
}
