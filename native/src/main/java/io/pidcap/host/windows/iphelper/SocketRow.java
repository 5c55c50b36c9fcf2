package io.pidcap.host.windows.iphelper;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;

/**
 * A row of a socket table.
 *
 * @param pid of the process that made the socket; 0: none any more, as in TIME_WAIT
 * @param createdEpochNanos when the socket was made; 0: not known
 */
record SocketRow(FiveTuple tuple, SocketState state, int ipVersion, int pid, long createdEpochNanos) {}
