package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.UnknownCause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a packet. */
public final class FlowVerdict {
    static final FlowVerdict NO_OWNER = new FlowVerdict(UnknownCause.NO_OWNER, null, List.of());
    static final FlowVerdict NOT_WANTED = new FlowVerdict(null, null, List.of());

    private final @Nullable UnknownCause cause;
    private final @Nullable AttributionReason reason;
    private final TrackedProcess[] wantedOwners;

    private FlowVerdict(
            @Nullable UnknownCause cause, @Nullable AttributionReason reason, List<TrackedProcess> wantedOwners) {
        this.cause = cause;
        this.reason = reason;
        this.wantedOwners = wantedOwners.toArray(new TrackedProcess[0]);
    }

    static FlowVerdict of(Attribution found) {
        if (found.cause() != null) {
            return found.cause() == UnknownCause.NO_OWNER ? NO_OWNER : new FlowVerdict(found.cause(), null, List.of());
        }
        if (!found.selected()) {
            return NOT_WANTED;
        }
        List<TrackedProcess> wanted = new ArrayList<>(2);
        addWanted(found.source, wanted);
        addWanted(found.destination, wanted);
        return new FlowVerdict(null, found.reason(), wanted);
    }

    private static void addWanted(OwnerMatch match, List<TrackedProcess> wanted) {
        for (int i = 0; i < match.count(); i++) {
            TrackedProcess owner = match.owner(i);
            if (match.isSelected(owner) && !wanted.contains(owner)) {
                wanted.add(owner);
            }
        }
    }

    /** At least one owner is wanted. */
    public boolean isKept() {
        return wantedOwners.length > 0;
    }

    /** Why the packet has no owner; null: it has one. */
    public @Nullable UnknownCause cause() {
        return cause;
    }

    /** Why it is theirs; null: it is not kept. */
    public @Nullable AttributionReason reason() {
        return reason;
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
