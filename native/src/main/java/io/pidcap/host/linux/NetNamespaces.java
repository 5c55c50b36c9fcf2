package io.pidcap.host.linux;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.TransportProtocol;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tables of every network namespace that has a process, each through one of its processes. One that lives on
 * without a process (a bind mount of {@code ip netns}, or sockets only) cannot be read through /proc: new sockets in it are not
 * seen.
 */
final class NetNamespaces {
    private static final int MOST_TABLE_BYTES = 1 << 29;

    private final ProcRoot proc;
    private final ProcNetParser parser = new ProcNetParser(ByteOrder.nativeOrder());
    private final Map<Long, Namespace> known = new LinkedHashMap<>();
    private long look;
    private boolean readAll;
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
        readTable("self/net/" + NetTable.TCP.fileName(), true);
    }

    /** Rows that were not of the form this program knows, since the beginning. */
    long malformedRows() {
        return malformedRows;
    }

    /**
     * Reads our own namespace and those that were there at the last look.
     *
     * @param everything also tables that seem not to have changed
     */
    void readKnown(LiveSockets into, boolean everything) throws IOException {
        look++;
        readAll = everything;
        long ownId = ownId();
        Namespace own = known.computeIfAbsent(ownId, Namespace::new);
        readTables(own, "self/net/", into);
        own.readInLook = look;
        for (Namespace namespace : known.values()) {
            if (namespace.id != ownId && namespace.readerPid > 0) {
                readThrough(namespace, namespace.readerPid, into);
            }
        }
    }

    /** Reads those that {@code processes} are in and that were not read in this look yet, and forgets the others. */
    void readNew(Iterable<TrackedProcess> processes, LiveSockets into) throws IOException {
        for (TrackedProcess process : processes) {
            if (process.netnsId != 0) {
                Namespace namespace = known.computeIfAbsent(process.netnsId, Namespace::new);
                if (namespace.readInLook != look) {
                    readThrough(namespace, process.identity.pid(), into);
                }
            }
        }
        known.values().removeIf(namespace -> namespace.readInLook != look);
    }

    /** Those that were read in this look; the others are forgotten. */
    Set<Long> readIds() {
        return known.keySet();
    }

    private void readThrough(Namespace namespace, int pid, LiveSockets into) throws IOException {
        if (!isIn(pid, namespace.id)) {
            return;
        }
        try {
            readTables(namespace, pid + "/net/", into);
        } catch (HostException e) {
            if (!proc.exists(pid + "/net/tcp")) {
                return; // the process ended; another of the namespace is tried, if there is one
            }
            throw e;
        }
        if (isIn(pid, namespace.id)) {
            namespace.readerPid = pid;
            namespace.readInLook = look;
        }
    }

    private boolean isIn(int pid, long netnsId) {
        try {
            return proc.linkNumber(pid + "/ns/net", "net") == netnsId;
        } catch (IOException e) {
            return false;
        }
    }

    private void readTables(Namespace namespace, String directory, LiveSockets into) {
        boolean readTcp = namespace.tcp.mayHaveChanged(directory) || namespace.notAccepted > 0 || readAll;
        if (readTcp) {
            namespace.notAccepted = 0;
        } else {
            into.keep(namespace.id, TransportProtocol.TCP);
        }
        for (NetTable table : NetTable.values()) {
            if (table.isTcp() && !readTcp) {
                continue;
            }
            int length = readTable(directory + table.fileName(), table == NetTable.TCP);
            parser.start(table, proc.buffer(), length);
            while (parser.next()) {
                into.add(parser, namespace.id);
            }
            malformedRows += parser.malformedRows();
            namespace.notAccepted += table.isTcp() ? parser.rowsNotAccepted() : 0;
        }
        namespace.readAddresses(directory);
    }

    /** Tables of protocols that this kernel lacks are not there; that of TCP always is. */
    private int readTable(String file, boolean required) {
        try {
            return proc.read(file, MOST_TABLE_BYTES);
        } catch (FileNotFoundException e) {
            if (!required) {
                return 0;
            }
            throw unreadable(file, e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private HostException unreadable(String file, IOException e) {
        return new HostException(
                HostException.Code.IO,
                "read the socket table " + proc.name(file) + ": " + e.getMessage(),
                "check that /proc is mounted and that this process may read it",
                e);
    }

    /** Every address of every namespace. */
    List<LocalAddress> addresses() {
        List<LocalAddress> all = new ArrayList<>();
        known.values()
                .forEach(namespace -> namespace.addresses.forEach(a -> all.add(new LocalAddress(namespace.id, a))));
        return all;
    }

    private final class Namespace {
        private final long id;
        private final TcpActivity tcp = new TcpActivity(proc);
        /** Connections in its TCP tables that are in a listener's queue still. */
        private int notAccepted;

        private int readerPid;
        private long readInLook;
        private byte @Nullable [] routesRead;
        private byte @Nullable [] interfacesRead;
        private Set<IpAddress> ipv4 = Set.of();
        private Set<IpAddress> ipv6 = Set.of();
        private Set<IpAddress> addresses = Set.of();

        Namespace(long id) {
            this.id = id;
        }

        void readAddresses(String directory) {
            int length = readTable(directory + "fib_trie", false);
            if (isNew(routesRead, length)) {
                routesRead = Arrays.copyOf(proc.buffer(), length);
                ipv4 = LocalAddresses.parseFibTrie(routesRead, length);
            }
            length = readTable(directory + "if_inet6", false);
            if (isNew(interfacesRead, length)) {
                interfacesRead = Arrays.copyOf(proc.buffer(), length);
                ipv6 = LocalAddresses.parseIfInet6(interfacesRead, length);
            }
            Set<IpAddress> both = new LinkedHashSet<>(ipv4);
            both.addAll(ipv6);
            addresses = both;
        }

        private boolean isNew(byte @Nullable [] before, int length) {
            return before == null || !Arrays.equals(before, 0, before.length, proc.buffer(), 0, length);
        }
    }
}
