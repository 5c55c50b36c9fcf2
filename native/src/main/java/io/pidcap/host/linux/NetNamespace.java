package io.pidcap.host.linux;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.TransportProtocol;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One network namespace: reads its socket tables and addresses, as far as these can have changed. */
final class NetNamespace {
    private static final int MOST_ADDRESS_BYTES = 1 << 26;

    final long id;

    /** Through which process it was read last; 0: none yet. */
    int readerPid;

    /** Number of the look in which it was read last. */
    long readInLook;

    private final ProcRoot proc;
    private final ProcNetParser parser;
    private final TcpActivity tcp;
    /** Connections in its TCP tables that are in a listener's queue still. */
    private int notAccepted;

    private byte @Nullable [] routesRead;
    private byte @Nullable [] interfacesRead;
    private Set<IpAddress> ipv4 = Set.of();
    private Set<IpAddress> ipv6 = Set.of();

    NetNamespace(long id, ProcRoot proc, ProcNetParser parser) {
        this.id = id;
        this.proc = proc;
        this.parser = parser;
        tcp = new TcpActivity(proc);
    }

    /**
     * Reads what is in {@code directory}, such as {@code self/net/}.
     *
     * @param everything also tables that seem not to have changed
     * @return how many rows were not of the form this program knows
     * @throws HostException naming the table that cannot be read
     */
    int read(String directory, boolean everything, LiveSockets into) {
        int malformedRows = 0;
        boolean readTcp = tcp.mayHaveChanged(directory) || notAccepted > 0 || everything;
        if (readTcp) {
            notAccepted = 0;
        } else {
            into.keep(id, TransportProtocol.TCP);
        }
        for (NetTable table : NetTable.values()) {
            if (readTcp || !table.isTcp()) {
                readTable(directory, table, into);
                malformedRows += parser.malformedRows();
                notAccepted += parser.rowsNotAccepted();
            }
        }
        readAddresses(directory);
        return malformedRows;
    }

    /** What was read may be incomplete, or of another namespace. */
    void readingFailed() {
        tcp.forget();
    }

    /** Tables of protocols that this kernel lacks are not there; that of TCP always is. */
    private void readTable(String directory, NetTable table, LiveSockets into) {
        String file = directory + table.fileName();
        parser.start(table);
        try {
            proc.readPieces(file, (bytes, length) -> {
                parser.take(bytes, length);
                while (parser.next()) {
                    into.add(parser, id);
                }
            });
        } catch (FileNotFoundException e) {
            if (table == NetTable.TCP) {
                throw unreadable(proc.name(file), e);
            }
        } catch (IOException e) {
            throw unreadable(proc.name(file), e);
        }
    }

    static HostException unreadable(String file, IOException e) {
        return new HostException(
                HostException.Code.IO,
                "read the socket table " + file + ": " + e.getMessage(),
                "check that /proc is mounted and that this process may read it",
                e);
    }

    /** Routes can be many; they are parsed only when they differ from the last time. */
    private void readAddresses(String directory) {
        int length = addressBytes(directory + "fib_trie");
        if (isNew(routesRead, length)) {
            routesRead = Arrays.copyOf(proc.buffer(), length);
            ipv4 = LocalAddresses.parseFibTrie(routesRead, length);
        }
        length = addressBytes(directory + "if_inet6");
        if (isNew(interfacesRead, length)) {
            interfacesRead = Arrays.copyOf(proc.buffer(), length);
            ipv6 = LocalAddresses.parseIfInet6(interfacesRead, length);
        }
    }

    /** Without IPv6, or without IPv4, one of the files is not there. */
    private int addressBytes(String file) {
        try {
            return proc.read(file, MOST_ADDRESS_BYTES);
        } catch (FileNotFoundException e) {
            return 0;
        } catch (IOException e) {
            throw unreadable(proc.name(file), e);
        }
    }

    private boolean isNew(byte @Nullable [] before, int length) {
        return before == null || !Arrays.equals(before, 0, before.length, proc.buffer(), 0, length);
    }

    Set<IpAddress> addresses() {
        Set<IpAddress> both = new LinkedHashSet<>(ipv4);
        both.addAll(ipv6);
        return both;
    }
}
