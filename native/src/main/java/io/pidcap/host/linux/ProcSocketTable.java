package io.pidcap.host.linux;

import io.pidcap.host.HostClock;
import io.pidcap.host.HostException;
import io.pidcap.host.polling.Look;
import io.pidcap.host.polling.SocketTable;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which process has which socket, in all network namespaces that have a process: the rows of {@code /proc/PID/net}
 * joined by inode with the descriptors in {@code /proc/PID/fd}.
 *
 * <p>The tables are read before the processes: a socket in them that lives on is found at its owner, whenever the owner
 * got it. One that has no owner then makes every process be read again. What is left without one is the kernel's own,
 * in flight in a message, closed meanwhile, or of a process that we may not read.
 *
 * <p>Late by up to a second (a round), and dated to the look before as if that would have shown it, are only: a socket
 * passed to a process that closes another descriptor in the same interval ({@link ProcProcessTable}), and a TCP listener
 * that takes the place of another one in the same interval ({@link TcpActivity}).
 */
final class ProcSocketTable implements SocketTable {
    private static final Logger log = LoggerFactory.getLogger(ProcSocketTable.class);

    /** Everything of every process is read at least this often, see {@link ProcProcessTable}. */
    private static final int ROUND_MILLIS = 1000;

    private final HostClock clock;
    private final ProcRoot proc;
    private final ProcProcessTable processes;
    private final NetNamespaces namespaces;
    private final LiveSockets sockets = new LiveSockets();
    private final int looksPerRound;
    private int looksSinceAllTables;
    private boolean malformedRowsSaid;

    /**
     * @param looksPerRound in how many looks everything of every process is read at least once, see {@link
     *     ProcProcessTable}
     */
    ProcSocketTable(ProcRoot proc, HostClock clock, boolean withArguments, int looksPerRound) {
        this.clock = clock;
        this.looksPerRound = looksPerRound;
        this.proc = proc;
        processes = new ProcProcessTable(proc, withArguments, looksPerRound);
        namespaces = new NetNamespaces(proc);
    }

    /** One that is looked at every so many milliseconds. */
    static ProcSocketTable polled(ProcRoot proc, HostClock clock, boolean withArguments, int pollIntervalMillis) {
        return new ProcSocketTable(proc, clock, withArguments, Math.max(1, ROUND_MILLIS / pollIntervalMillis));
    }

    @Override
    public void requireReadable() {
        namespaces.requireReadable();
    }

    @Override
    public Look look(boolean everything) {
        ObservedTime start = clock.now();
        try {
            sockets.beginLook();
            namespaces.readKnown(sockets, everything || ++looksSinceAllTables == looksPerRound);
            looksSinceAllTables %= looksPerRound;
            processes.refresh(everything);
            namespaces.readNew(processes.processes(), sockets);
            if (sockets.assignOwners(processes.processes(), namespaces.readIds())) {
                processes.scanRest();
                namespaces.readNew(processes.processes(), sockets);
                sockets.assignOwners(processes.processes(), namespaces.readIds());
                sockets.giveUpOnRest();
            }
        } catch (IOException e) {
            throw new HostException(
                    HostException.Code.IO,
                    "read the processes below " + proc.name("") + ": " + e.getMessage(),
                    "check that /proc is mounted and that this process may open more files (ulimit -n)",
                    e);
        }
        sayMalformedRows();
        return new Look(
                start,
                clock.now(),
                namespaces.ownId(),
                processes.infos(),
                sockets.owned(),
                namespaces.addresses(),
                limits());
    }

    private List<String> limits() {
        List<String> limits = new ArrayList<>();
        Set<ProcessIdentity> seen = processes.infos().keySet();
        if (processes.unreadable() > 0) {
            limits.add("the sockets of " + processes.unreadable() + " of " + seen.size()
                    + " processes cannot be seen for want of permission");
        }
        // The process with pid 1 is always root's.
        if (seen.stream().noneMatch(identity -> identity.pid() == 1)) {
            limits.add("/proc is mounted with hidepid: the processes of other users cannot be seen");
        }
        return limits;
    }

    /** Nothing is kept open. */
    @Override
    public void close() {}

    /** Once: a kernel that writes its tables in another way writes every row so. */
    private void sayMalformedRows() {
        if (!malformedRowsSaid && namespaces.malformedRows() > 0) {
            malformedRowsSaid = true;
            log.warn(
                    "{} rows of the socket tables below {} are not of the form that pidcap knows and are left out",
                    namespaces.malformedRows(),
                    proc.name("self/net"));
        }
    }
}
