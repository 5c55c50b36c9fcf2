package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.SnapshotPart;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
        sockets = snapshot.sockets().stream()
                .flatMap(SnapshotSplitter::withFewOwners)
                .toList();
        addresses = snapshot.localAddresses();
    }

    private static Stream<SocketEntry> withFewOwners(SocketEntry entry) {
        List<ProcessIdentity> owners = entry.owners();
        int max = PipeLimits.MAX_SOCKET_OWNERS;
        if (owners.size() <= max) {
            return Stream.of(entry);
        }
        return IntStream.iterate(0, from -> from < owners.size(), from -> from + max)
                .mapToObj(from -> entry.withOwners(owners.subList(from, Math.min(from + max, owners.size()))));
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
