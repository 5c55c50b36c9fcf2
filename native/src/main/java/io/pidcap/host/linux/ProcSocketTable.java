package io.pidcap.host.linux;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.ObservedTime;
import java.io.IOException;
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
 * <p>One thread at a time.
 */
final class ProcSocketTable {
    private static final Logger log = LoggerFactory.getLogger(ProcSocketTable.class);

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

    /** @throws HostException saying which table cannot be read */
    void requireReadable() {
        namespaces.requireReadable();
    }

    /**
     * Looks once.
     *
     * @param everything read all of every process, whether it seems to have changed or not
     * @throws HostException where the tables cannot be read at all
     */
    Look look(boolean everything) {
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
                processes.unreadable());
    }

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
