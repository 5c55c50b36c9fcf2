package io.pidcap.host.windows.windivert;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;

/**
 * One event.
 *
 * @param ticks of the performance counter, when it happened
 * @param endpointId of the socket; Windows may give it to another one after its close
 * @param remote {@link Endpoint#NONE} where there is none
 */
record WinDivertRecord(
        WinDivertEvent event, long ticks, long endpointId, int pid, int protocol, Endpoint local, Endpoint remote) {
    /** What the socket has by its local end alone. */
    FiveTuple bound() {
        return new FiveTuple(protocol, local, Endpoint.NONE);
    }

    /** What it has with its peer. */
    FiveTuple connected() {
        return new FiveTuple(protocol, local, remote);
    }
}
