package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this package needs of /proc and the clocks. Called by the thread that owns the source. */
public interface HostTables {
    ObservedTime now();

    /** Every process that there is. */
    List<ProcessInfo> processes();

    /** One process; null: it is gone, or hidden. */
    @Nullable
    ProcessInfo process(int pid);

    /** The real user of a process; -1: it is gone, or hidden. */
    long userId(int pid);

    /** Absolute; null: the process is gone, or hidden. */
    @Nullable
    String workingDirectory(int pid);

    /** When it started, see {@link ProcessIdentity}; 0: it is gone, or hidden. One that nobody waited for yet still tells. */
    long startNanos(int pid);

    /** False: all its threads have ended. */
    boolean isRunning(ProcessIdentity process);

    /**
     * Sockets with their inode as id and their namespace's inode as namespace. Another thread may read something else
     * meanwhile.
     */
    SocketSnapshot look();

    /** The addresses of our own network namespace. */
    List<IpAddress> localAddresses();
}
