package io.pidcap.host.linux;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Map;

/**
 * What one look at /proc has seen. It is not one instant: each part was read at some time from {@code start} to {@code
 * end}. What was there throughout is in it, what ended before {@code start} is not.
 *
 * @param sockets by inode, those with an owner
 * @param unreadable how many processes there are whose sockets we may not see
 */
record Look(
        ObservedTime start,
        ObservedTime end,
        long ownNetnsId,
        Map<ProcessIdentity, ProcessInfo> processes,
        Map<Long, SocketEntry> sockets,
        List<LocalAddress> localAddresses,
        int unreadable) {
    /** False where the mount of /proc hides the processes of other users: that with pid 1 is always root's. */
    boolean showsFirstProcess() {
        return processes.keySet().stream().anyMatch(identity -> identity.pid() == 1);
    }

    SocketSnapshot toSnapshot() {
        return new SocketSnapshot(
                start, ownNetnsId, List.copyOf(processes.values()), List.copyOf(sockets.values()), localAddresses);
    }
}
