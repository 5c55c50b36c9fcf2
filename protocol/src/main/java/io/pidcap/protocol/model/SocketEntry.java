package io.pidcap.protocol.model;

import java.util.List;

/**
 * A row of the socket tables.
 *
 * @param socketId tells sockets of one worker run apart (Linux: the inode or the cookie); never 0
 * @param netnsId the network namespace, an opaque number that is equal for equal namespaces within a worker run
 * @param owners every process that has the socket open; more than one after a fork
 * @param ipVersion of the socket, 4 or 6, which addresses do not tell: an IPv6 socket can have IPv4 ones, and the
 *     unspecified address is the same for both; 0: not known
 */
public record SocketEntry(
        long socketId, long netnsId, FiveTuple tuple, SocketState state, List<ProcessIdentity> owners, int ipVersion) {
    public SocketEntry {
        owners = List.copyOf(owners);
        if (ipVersion != 0 && ipVersion != 4 && ipVersion != 6) {
            throw new IllegalArgumentException("IP version " + ipVersion);
        }
    }

    /** One of which the version is not known. */
    public SocketEntry(long socketId, long netnsId, FiveTuple tuple, SocketState state, List<ProcessIdentity> owners) {
        this(socketId, netnsId, tuple, state, owners, 0);
    }

    /** The same with other owners. */
    public SocketEntry withOwners(List<ProcessIdentity> newOwners) {
        return new SocketEntry(socketId, netnsId, tuple, state, newOwners, ipVersion);
    }
}
