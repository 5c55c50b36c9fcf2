package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.SnapshotPart;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A snapshot as the parts that fit into frames, at least one; each is made when it is asked for, so that a sender who
 * waits for the peer between two of them holds only one.
 */
public final class SnapshotSplitter implements Iterator<SnapshotPart> {
    private final SocketSnapshot snapshot;
    private final List<ProcessInfo> processes;
    private final List<SocketEntry> sockets;
    private final List<LocalAddress> addresses;
    private int nextProcess;
    private int nextSocket;
    private int nextAddress;
    private boolean ended;

    public SnapshotSplitter(SocketSnapshot snapshot) {
        this.snapshot = snapshot;
        processes = snapshot.processes();
        sockets = withFewOwners(snapshot.sockets());
        addresses = snapshot.localAddresses();
    }

    /** Those with more owners than one entry may have in several. */
    private static List<SocketEntry> withFewOwners(List<SocketEntry> sockets) {
        List<SocketEntry> split = new ArrayList<>(sockets.size());
        for (SocketEntry entry : sockets) {
            List<ProcessIdentity> owners = entry.owners();
            if (owners.size() <= PipeLimits.MAX_SOCKET_OWNERS) {
                split.add(entry);
                continue;
            }
            for (int from = 0; from < owners.size(); from += PipeLimits.MAX_SOCKET_OWNERS) {
                int until = Math.min(from + PipeLimits.MAX_SOCKET_OWNERS, owners.size());
                split.add(entry.withOwners(owners.subList(from, until)));
            }
        }
        return split;
    }

    @Override
    public boolean hasNext() {
        return !ended;
    }

    @Override
    public SnapshotPart next() {
        if (ended) {
            throw new NoSuchElementException("the last part was given");
        }
        SnapshotPart.Builder part = SnapshotPart.newBuilder()
                .setTaken(EventMapper.toMessage(snapshot.taken()))
                .setOwnNetnsId(snapshot.ownNetnsId());
        PartBudget budget = new PartBudget();
        nextProcess = budget.fill(processes, nextProcess, EventMapper::toMessage, part::addProcesses);
        nextSocket = budget.fill(sockets, nextSocket, EventMapper::toMessage, part::addSockets);
        nextAddress = budget.fill(addresses, nextAddress, EventMapper::toMessage, part::addLocalAddresses);
        ended = !budget.isFull();
        return part.setLast(ended).build();
    }
}
