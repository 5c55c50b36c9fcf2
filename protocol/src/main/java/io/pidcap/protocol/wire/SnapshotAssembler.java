package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.SnapshotPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of one snapshot after another, back to snapshots. One thread. */
public final class SnapshotAssembler {
    /** Far more than a host has; a peer that never marks its last part must not fill the memory. */
    static final int MAX_ENTRIES = 1 << 21;

    private final List<ProcessInfo> processes = new ArrayList<>();
    private final List<SocketEntry> sockets = new ArrayList<>();
    private final List<LocalAddress> localAddresses = new ArrayList<>();
    private @Nullable DecodedSnapshotPart first;

    /**
     * @return the snapshot with its last part, null with the others
     * @throws ProtocolException the part breaks a rule; what was gathered is dropped
     */
    public @Nullable SocketSnapshot add(SnapshotPart part) {
        boolean decoded = false;
        try {
            MessageChecks.require(part.hasTaken(), "SnapshotPart.taken", "is absent");
            check(
                    part.getProcessesCount() + part.getSocketsCount() + part.getLocalAddressesCount(),
                    EventMapper.toModel(part.getTaken()),
                    part.getOwnNetnsId());
            DecodedSnapshotPart all = new DecodedSnapshotPart(
                    EventMapper.toModel(part.getTaken()),
                    part.getOwnNetnsId(),
                    part.getProcessesList().stream().map(EventMapper::toModel).toList(),
                    part.getSocketsList().stream().map(EventMapper::toModel).toList(),
                    part.getLocalAddressesList().stream()
                            .map(EventMapper::toModel)
                            .toList(),
                    part.getLast());
            decoded = true;
            return add(all);
        } finally {
            if (!decoded) {
                clear();
            }
        }
    }

    /** As {@link #add(SnapshotPart)}. */
    public @Nullable SocketSnapshot add(DecodedSnapshotPart part) {
        boolean added = false;
        try {
            check(part.entries(), part.taken(), part.ownNetnsId());
            first = first == null ? part : first;
            processes.addAll(part.processes());
            part.sockets().forEach(this::addSocket);
            localAddresses.addAll(part.localAddresses());
            added = !part.last();
            return part.last() ? snapshot(part) : null;
        } finally {
            if (!added) {
                clear();
            }
        }
    }

    private void check(int entries, ObservedTime taken, long ownNetnsId) {
        MessageChecks.entries(entries, "SnapshotPart");
        int before = processes.size() + sockets.size() + localAddresses.size();
        MessageChecks.require(before + entries <= MAX_ENTRIES, "SnapshotPart", "makes the snapshot too large");
        MessageChecks.require(
                first == null || (taken.equals(first.taken()) && ownNetnsId == first.ownNetnsId()),
                "SnapshotPart",
                "belongs to another snapshot than the part before it");
    }

    private void addSocket(SocketEntry entry) {
        int lastIndex = sockets.size() - 1;
        if (lastIndex >= 0 && continues(sockets.get(lastIndex), entry)) {
            List<ProcessIdentity> owners =
                    new ArrayList<>(sockets.get(lastIndex).owners());
            owners.addAll(entry.owners());
            sockets.set(lastIndex, entry.withOwners(owners));
        } else {
            sockets.add(entry);
        }
    }

    /** See {@link PipeLimits#MAX_SOCKET_OWNERS}. */
    private static boolean continues(SocketEntry before, SocketEntry entry) {
        int owners = before.owners().size();
        return owners > 0
                && owners % PipeLimits.MAX_SOCKET_OWNERS == 0
                && before.socketId() == entry.socketId()
                && before.netnsId() == entry.netnsId()
                && before.state() == entry.state()
                && before.ipVersion() == entry.ipVersion()
                && before.tuple().equals(entry.tuple());
    }

    private SocketSnapshot snapshot(DecodedSnapshotPart last) {
        return new SocketSnapshot(last.taken(), last.ownNetnsId(), processes, sockets, localAddresses);
    }

    private void clear() {
        processes.clear();
        sockets.clear();
        localAddresses.clear();
        first = null;
    }
}
