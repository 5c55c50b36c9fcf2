package io.pidcap.host.windows.iphelper;

import io.pidcap.host.HostClock;
import io.pidcap.host.HostException;
import io.pidcap.host.polling.Look;
import io.pidcap.host.polling.SocketTable;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which process has which socket: the four tables of IP Helper (TCP and UDP over IPv4 and IPv6) joined with the processes
 * by pid. The tables are read first, so that who has a socket in them and lives on is among the processes.
 *
 * <p>A table tells the pid of who made the socket. Where that process is younger than its socket, the maker has ended and
 * the pid become another's: the socket has no known owner, and is left out.
 *
 * <p>One thread at a time.
 */
public final class IpHelperSocketTable implements SocketTable {
    /** Windows has no network namespaces that show here. */
    public static final long NETNS = 1;

    private static final Logger log = LoggerFactory.getLogger(IpHelperSocketTable.class);

    private static final long LIST_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final HostClock clock;
    private final ProcessTable processes;
    private final IpHelper helper = new IpHelper();
    private final HostAddresses addresses = new HostAddresses(NETNS);
    private final SocketIds ids = new SocketIds();
    private List<SocketTableLayout> layouts = SocketTableLayout.OWNER_MODULE;
    private Set<Integer> absentPids = Set.of();
    private long listedNanos;
    private boolean malformedRowsSaid;

    /**
     * @param processes is owned, and closed with this table
     * @throws HostException {@code LIBRARY_MISSING}
     */
    public IpHelperSocketTable(HostClock clock, ProcessTable processes) {
        this.clock = clock;
        this.processes = processes;
    }

    /** Takes the rows without creation times where this Windows has no others. */
    @Override
    public void requireReadable() {
        try {
            readAll();
        } catch (HostException e) {
            if (e.code() != HostException.Code.NOT_SUPPORTED) {
                throw e;
            }
            log.warn("{}; reading the tables without creation times instead", e.getMessage());
            layouts = SocketTableLayout.OWNER_PID;
            readAll();
        }
    }

    private List<SocketRow> readAll() {
        List<SocketRow> rows = new ArrayList<>();
        long malformed = 0;
        for (SocketTableLayout layout : layouts) {
            SocketTableParser.Parsed table = SocketTableParser.parse(layout, helper.read(layout));
            rows.addAll(table.rows());
            malformed += table.malformed();
        }
        if (malformed > 0 && !malformedRowsSaid) {
            malformedRowsSaid = true;
            log.warn("{} rows of the socket tables are not of the form that pidcap knows and are left out", malformed);
        }
        return rows;
    }

    @Override
    public Look look(boolean everything) {
        ObservedTime start = clock.now();
        List<SocketRow> rows = readAll();
        if (everything || isListDue(start, rows)) {
            listedNanos = start.monotonicNanos();
            processes.refresh();
            absentPids = unknownPids(rows);
        }
        Map<Long, SocketEntry> sockets = join(rows);
        return new Look(
                start,
                clock.now(),
                NETNS,
                processes.infos(),
                sockets,
                addresses.read(start.monotonicNanos()),
                limits());
    }

    /** A process that is held open is still the same; so its list is read for new ones, and now and then for ended ones. */
    private boolean isListDue(ObservedTime now, List<SocketRow> rows) {
        return now.monotonicNanos() - listedNanos >= LIST_AGAIN_NANOS || !absentPids.containsAll(unknownPids(rows));
    }

    private Set<Integer> unknownPids(List<SocketRow> rows) {
        Set<Integer> pids = new HashSet<>();
        for (SocketRow row : rows) {
            if (processes.find(row.pid()) == null) {
                pids.add(row.pid());
            }
        }
        return pids;
    }

    private Map<Long, SocketEntry> join(List<SocketRow> rows) {
        ids.beginLook();
        Map<Long, SocketEntry> sockets = new HashMap<>();
        for (SocketRow row : rows) {
            ProcessInfo owner = processes.find(row.pid());
            if (owner != null && mayHaveMade(owner, row)) {
                long id = ids.of(row);
                sockets.put(
                        id,
                        new SocketEntry(
                                id, NETNS, row.tuple(), row.state(), List.of(owner.identity()), row.ipVersion()));
            }
        }
        return sockets;
    }

    private static boolean mayHaveMade(ProcessInfo owner, SocketRow row) {
        return row.createdEpochNanos() == 0 || owner.identity().startNanos() <= row.createdEpochNanos();
    }

    private List<String> limits() {
        return layouts == SocketTableLayout.OWNER_PID
                ? List.of(
                        "this Windows does not tell when a socket was made: one whose process has ended may be taken for"
                                + " that of a later process with the same pid")
                : List.of();
    }

    /** How many rows the tables have, for people. */
    public int countRows() {
        return readAll().size();
    }

    @Override
    public void close() {
        processes.close();
    }
}
