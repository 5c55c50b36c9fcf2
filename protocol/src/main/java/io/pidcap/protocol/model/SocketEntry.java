package io.pidcap.protocol.model;

import java.util.List;

/**
 * A row of the socket tables.
 *
 * @param socketId tells sockets of one worker run apart (Linux: the inode or the cookie); never 0
 * @param netnsId the network namespace, an opaque number that is equal for equal namespaces within a worker run
 * @param owners every process that has the socket open; more than one after a fork
 */
public record SocketEntry(
        long socketId, long netnsId, FiveTuple tuple, SocketState state, List<ProcessIdentity> owners) {
    public SocketEntry {
        owners = List.copyOf(owners);
    }
}
