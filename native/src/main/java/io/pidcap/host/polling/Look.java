package io.pidcap.host.polling;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Map;

/**
 * What one look at the host's tables has seen. It is not one instant: each part was read at some time from {@code start}
 * to {@code end}. What was there throughout is in it, what ended before {@code start} is not.
 *
 * @param sockets by {@link SocketEntry#socketId}, those with an owner
 * @param limits what could not be seen, one sentence each, for the user; empty if nothing
 */
public record Look(
        ObservedTime start,
        ObservedTime end,
        long ownNetnsId,
        Map<ProcessIdentity, ProcessInfo> processes,
        Map<Long, SocketEntry> sockets,
        List<LocalAddress> localAddresses,
        List<String> limits) {
    public Look {
        limits = List.copyOf(limits);
    }

    public SocketSnapshot toSnapshot() {
        return new SocketSnapshot(
                start, ownNetnsId, List.copyOf(processes.values()), List.copyOf(sockets.values()), localAddresses);
    }
}
