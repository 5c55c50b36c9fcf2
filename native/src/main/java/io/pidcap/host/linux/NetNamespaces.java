package io.pidcap.host.linux;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.LocalAddress;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads every network namespace that has a process, each through one of its processes. One that lives on without a
 * process (a bind mount of {@code ip netns}, or sockets only) cannot be read through /proc: new sockets in it are not
 * seen.
 */
final class NetNamespaces {
    private final ProcRoot proc;
    private final ProcNetParser parser = new ProcNetParser(ByteOrder.nativeOrder());
    private final Map<Long, NetNamespace> known = new LinkedHashMap<>();
    private long look;
    private boolean everything;
    private long malformedRows;

    NetNamespaces(ProcRoot proc) {
        this.proc = proc;
    }

    /** The namespace of this process; 0 where it cannot be told. */
    long ownId() {
        try {
            return Math.max(0, proc.linkNumber("self/ns/net", "net"));
        } catch (IOException e) {
            return 0;
        }
    }

    /** @throws HostException saying which table cannot be read */
    void requireReadable() {
        String file = "self/net/" + NetTable.TCP.fileName();
        try {
            proc.read(file, 1);
        } catch (IOException e) {
            throw NetNamespace.unreadable(proc.name(file), e);
        }
    }

    /** Rows that were not of the form this program knows, since the beginning. */
    long malformedRows() {
        return malformedRows;
    }

    /**
     * Begins a look: reads our own namespace and those that were there at the last look.
     *
     * @param everything also tables that seem not to have changed
     */
    void readKnown(LiveSockets into, boolean everything) {
        look++;
        this.everything = everything;
        long ownId = ownId();
        NetNamespace own = namespace(ownId);
        malformedRows += own.read("self/net/", everything, into);
        own.readInLook = look;
        for (NetNamespace namespace : known.values()) {
            if (namespace.id != ownId && namespace.readerPid > 0) {
                readThrough(namespace, namespace.readerPid, into);
            }
        }
    }

    /** Reads those that {@code processes} are in and that were not read in this look yet, and forgets the others. */
    void readNew(Iterable<TrackedProcess> processes, LiveSockets into) {
        for (TrackedProcess process : processes) {
            if (process.netnsId != 0) {
                NetNamespace namespace = namespace(process.netnsId);
                if (namespace.readInLook != look) {
                    readThrough(namespace, process.identity.pid(), into);
                }
            }
        }
        known.values().removeIf(namespace -> namespace.readInLook != look);
    }

    private NetNamespace namespace(long id) {
        return known.computeIfAbsent(id, key -> new NetNamespace(key, proc, parser));
    }

    /** Those that were read in this look; the others are forgotten. */
    Set<Long> readIds() {
        return known.keySet();
    }

    private void readThrough(NetNamespace namespace, int pid, LiveSockets into) {
        if (!isIn(pid, namespace.id)) {
            return;
        }
        try {
            malformedRows += namespace.read(pid + "/net/", everything, into);
        } catch (HostException e) {
            namespace.readingFailed();
            if (!isIn(pid, namespace.id)) {
                return; // the process ended; another of the namespace is tried, if there is one
            }
            throw e;
        }
        if (isIn(pid, namespace.id)) {
            namespace.readerPid = pid;
            namespace.readInLook = look;
        } else {
            namespace.readingFailed();
        }
    }

    private boolean isIn(int pid, long netnsId) {
        try {
            return proc.linkNumber(pid + "/ns/net", "net") == netnsId;
        } catch (IOException e) {
            return false;
        }
    }

    /** Every address of every namespace. */
    List<LocalAddress> addresses() {
        List<LocalAddress> all = new ArrayList<>();
        for (NetNamespace namespace : known.values()) {
            namespace.addresses().forEach(address -> all.add(new LocalAddress(namespace.id, address)));
        }
        return all;
    }
}
