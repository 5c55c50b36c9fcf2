package io.pidcap.protocol.model;

import java.util.List;

/**
 * What belongs to a batch of flow events where packets are filtered in the kernel: from when on a decision about the batch
 * is true.
 *
 * @param raised as high had the kernel counted the changes of watched processes of which the batch, or one before it, tells
 * @param applied the last {@link PrefilterDecision} that was carried out before the batch was read; 0: none
 * @param changed pids of watched processes that executed a program or got a name: they are watched no more
 * @param trusted pids of children that are trusted since their forks, as their parents are; later than what {@code
 *     changed} says of the same pid
 * @param exposed ports of sockets that somebody who is not trusted has got hold of, without having used them
 * @param ports of which the batch told something that counts
 */
public record PrefilterSeen(
        long raised,
        long applied,
        List<Integer> changed,
        List<Integer> trusted,
        List<Integer> exposed,
        List<PortCount> ports) {
    public PrefilterSeen {
        changed = List.copyOf(changed);
        trusted = List.copyOf(trusted);
        exposed = List.copyOf(exposed);
        ports = List.copyOf(ports);
    }

    /**
     * @param port see {@link PrefilterDecision.PortMark}
     * @param told how many records of the port there were since the source was attached
     */
    public record PortCount(int port, long told) {}
}
