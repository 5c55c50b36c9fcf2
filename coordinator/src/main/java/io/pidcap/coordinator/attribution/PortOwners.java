package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which processes a packet may belong to because of a port of it: the owners of all intervals that are held and have it
 * as their local port, in whatever network namespace and at whatever address. Ports are numbered as in {@link
 * PrefilterDecision.PortMark}.
 */
final class PortOwners {
    /** Of each port its owners, and how many intervals make each one so. */
    private final Map<Integer, Map<TrackedProcess, Integer>> owners = new HashMap<>();

    private final Map<TrackedProcess, Set<Integer>> ports = new LinkedHashMap<>();
    /** With whom a process has, or had, a socket together. */
    private final Map<TrackedProcess, Set<TrackedProcess>> sharers = new HashMap<>();

    private final Set<Integer> changed = new LinkedHashSet<>();
    private long processChanges;

    void add(FlowInterval interval) {
        if (!isCounted(interval)) {
            return;
        }
        noteSharers(interval);
        int port = portOf(interval);
        int count = owners.computeIfAbsent(port, key -> new HashMap<>(2)).merge(interval.owner, 1, Integer::sum);
        if (count == 1) {
            ports.computeIfAbsent(interval.owner, this::newPorts).add(port);
            changed.add(port);
        }
    }

    private void noteSharers(FlowInterval interval) {
        TrackedSocket socket = interval.socket;
        FlowInterval other = socket == null ? null : socket.first();
        for (; other != null; other = other.nextOfSocket) {
            if (other.owner != interval.owner) {
                noteSharer(other.owner, interval.owner);
                noteSharer(interval.owner, other.owner);
            }
        }
    }

    private void noteSharer(TrackedProcess process, TrackedProcess with) {
        if (sharers.computeIfAbsent(process, key -> new HashSet<>(2)).add(with)) {
            processChanges++;
        }
    }

    private Set<Integer> newPorts(TrackedProcess process) {
        processChanges++;
        return new HashSet<>(2);
    }

    void remove(FlowInterval interval) {
        if (!isCounted(interval)) {
            return;
        }
        int port = portOf(interval);
        Map<TrackedProcess, Integer> ofPort = owners.getOrDefault(port, Map.of());
        if (ofPort.merge(interval.owner, -1, Integer::sum) > 0) {
            return;
        }
        ofPort.remove(interval.owner);
        if (ofPort.isEmpty()) {
            owners.remove(port);
        }
        Set<Integer> ofOwner = ports.getOrDefault(interval.owner, Set.of());
        ofOwner.remove(port);
        if (ofOwner.isEmpty()) {
            ports.remove(interval.owner);
            sharers.remove(interval.owner);
        }
        changed.add(port);
    }

    private static boolean isCounted(FlowInterval interval) {
        return interval.protocol() == TransportProtocol.TCP || interval.protocol() == TransportProtocol.UDP;
    }

    private static int portOf(FlowInterval interval) {
        return (interval.protocol() == TransportProtocol.TCP ? 0 : PrefilterDecision.PORTS) + interval.localPort();
    }

    Set<TrackedProcess> ownersOf(int port) {
        return owners.getOrDefault(port, Map.of()).keySet();
    }

    /** Counts how often a process came to have a port that had none, or to share a socket with another one. */
    long processChanges() {
        return processChanges;
    }

    /** Those with whom it has a socket together; they may be taken out. */
    Set<TrackedProcess> sharersOf(TrackedProcess process) {
        return sharers.getOrDefault(process, new HashSet<>(0));
    }

    /** All that have a port; not to be changed while it is walked through. */
    Set<TrackedProcess> processes() {
        return ports.keySet();
    }

    /** What is said of it must be said anew. */
    void touch(int port) {
        changed.add(port);
    }

    void touchPortsOf(TrackedProcess process) {
        changed.addAll(ports.getOrDefault(process, Set.of()));
    }

    void touchAll() {
        changed.addAll(owners.keySet());
    }

    /** Ports of which something changed since the last call. */
    List<Integer> takeChanged() {
        List<Integer> taken = List.copyOf(changed);
        changed.clear();
        return taken;
    }
}
