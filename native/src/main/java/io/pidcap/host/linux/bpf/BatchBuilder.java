package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what one batch will tell. */
final class BatchBuilder {
    private List<ProcessInfo> processes = new ArrayList<>();
    private List<FlowEvent> events = new ArrayList<>();
    private List<ProcessIdentity> exits = new ArrayList<>();
    private List<LocalAddress> localAddresses = List.of();
    private boolean localAddressesChanged;
    private @Nullable FlowGap gap;

    void process(ProcessInfo info) {
        processes.add(info);
    }

    void exit(ProcessIdentity identity) {
        exits.add(identity);
    }

    void event(
            FlowEvent.Kind kind,
            ObservedTime observed,
            KnownSocket socket,
            KnownSocket.Ownership ownership,
            KnownProcess owner) {
        events.add(new FlowEvent(
                kind, observed, socket.cookie, socket.netnsId, ownership.tuple(), ownership.state(), owner.identity));
    }

    void localAddresses(long netnsId, List<IpAddress> addresses) {
        localAddresses = addresses.stream()
                .map(address -> new LocalAddress(netnsId, address))
                .toList();
        localAddressesChanged = true;
    }

    /** Events of this span are missing but for what the batch tells. */
    void gap(FlowGap ended) {
        gap = ended;
    }

    boolean isEmpty() {
        return processes.isEmpty() && events.isEmpty() && exits.isEmpty() && !localAddressesChanged;
    }

    /** Hands out what was collected and begins anew. */
    FlowBatch take(long lostEvents, ObservedTime completeUntil) {
        FlowBatch batch = new FlowBatch(
                processes, events, exits, localAddressesChanged, localAddresses, lostEvents, completeUntil, gap);
        processes = new ArrayList<>();
        events = new ArrayList<>();
        exits = new ArrayList<>();
        localAddresses = List.of();
        localAddressesChanged = false;
        gap = null;
        return batch;
    }
}
