package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A socket that is open: the intervals that go on, each of one of its tuples and one of its owners. */
final class TrackedSocket {
    final int namespace;
    private @Nullable FlowInterval first;
    private int size;

    TrackedSocket(int namespace) {
        this.namespace = namespace;
    }

    /** The newest interval; follow {@link FlowInterval#nextOfSocket}. */
    @Nullable
    FlowInterval first() {
        return first;
    }

    int size() {
        return size;
    }

    void add(FlowInterval interval) {
        interval.socket = this;
        interval.nextOfSocket = first;
        first = interval;
        size++;
    }

    void remove(FlowInterval interval) {
        FlowInterval before = null;
        FlowInterval at = first;
        while (at != null && at != interval) {
            before = at;
            at = at.nextOfSocket;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            first = at.nextOfSocket;
        } else {
            before.nextOfSocket = at.nextOfSocket;
        }
        at.nextOfSocket = null;
        at.socket = null;
        size--;
    }

    /** All of them, so that they can be ended, which takes them out of here, in a loop. */
    List<FlowInterval> intervals() {
        List<FlowInterval> all = new ArrayList<>(size);
        for (FlowInterval interval = first; interval != null; interval = interval.nextOfSocket) {
            all.add(interval);
        }
        return all;
    }

    boolean hasTuple(FiveTuple tuple, SocketState state) {
        for (FlowInterval interval = first; interval != null; interval = interval.nextOfSocket) {
            if (interval.hasTuple(tuple) && interval.state() == state) {
                return true;
            }
        }
        return false;
    }

    boolean hasOwner(TrackedProcess process) {
        for (FlowInterval interval = first; interval != null; interval = interval.nextOfSocket) {
            if (interval.owner == process) {
                return true;
            }
        }
        return false;
    }

    /** Each owner once. */
    List<TrackedProcess> owners() {
        List<TrackedProcess> owners = new ArrayList<>(2);
        for (FlowInterval interval = first; interval != null; interval = interval.nextOfSocket) {
            if (!owners.contains(interval.owner)) {
                owners.add(interval.owner);
            }
        }
        return owners;
    }
}
