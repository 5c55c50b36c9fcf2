package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Socket;
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
    private @Nullable SnapshotPart first;

    /**
     * @return the snapshot with its last part, null with the others
     * @throws ProtocolException the part breaks a rule; what was gathered is dropped
     */
    public @Nullable SocketSnapshot add(SnapshotPart part) {
        boolean added = false;
        try {
            SnapshotPart start = check(part);
            part.getProcessesList().forEach(process -> processes.add(EventMapper.toModel(process)));
            part.getSocketsList().forEach(this::addSocket);
            part.getLocalAddressesList().forEach(address -> localAddresses.add(EventMapper.toModel(address)));
            SocketSnapshot done = part.getLast() ? snapshot(start) : null;
            added = !part.getLast();
            return done;
        } finally {
            if (!added) {
                clear();
            }
        }
    }

    private SnapshotPart check(SnapshotPart part) {
        MessageChecks.require(part.hasTaken(), "SnapshotPart.taken", "is absent");
        int entries = part.getProcessesCount() + part.getSocketsCount() + part.getLocalAddressesCount();
        MessageChecks.entries(entries, "SnapshotPart");
        int before = processes.size() + sockets.size() + localAddresses.size();
        MessageChecks.require(before + entries <= MAX_ENTRIES, "SnapshotPart", "makes the snapshot too large");
        SnapshotPart start = first == null ? part : first;
        MessageChecks.require(
                part.getTaken().equals(start.getTaken()) && part.getOwnNetnsId() == start.getOwnNetnsId(),
                "SnapshotPart",
                "belongs to another snapshot than the part before it");
        first = start;
        return start;
    }

    private void addSocket(Socket message) {
        SocketEntry entry = EventMapper.toModel(message);
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

    private SocketSnapshot snapshot(SnapshotPart start) {
        return new SocketSnapshot(
                EventMapper.toModel(start.getTaken()), start.getOwnNetnsId(), processes, sockets, localAddresses);
    }

    private void clear() {
        processes.clear();
        sockets.clear();
        localAddresses.clear();
        first = null;
    }
}
