package io.pidcap.protocol.model;

import java.util.List;

/**
 * The socket tables at one instant, taken after the event source was attached: what is in it may come again as an
 * event, but nothing falls between.
 *
 * @param taken the instant at which the reading began
 * @param ownNetnsId the namespace of the worker itself, which is the one that the capture-worker captures in
 */
public record SocketSnapshot(
        ObservedTime taken,
        long ownNetnsId,
        List<ProcessInfo> processes,
        List<SocketEntry> sockets,
        List<LocalAddress> localAddresses) {
    public SocketSnapshot {
        processes = List.copyOf(processes);
        sockets = List.copyOf(sockets);
        localAddresses = List.copyOf(localAddresses);
    }
}
