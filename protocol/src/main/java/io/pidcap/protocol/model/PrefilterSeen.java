package io.pidcap.protocol.model;

import java.util.List;

/**
 * What belongs to a batch of flow events where packets are filtered in the kernel: from when on a decision about the batch
 * is true.
 *
 * @param raised as high had the kernel counted the changes of watched processes of which the batch, or one before it, tells
 * @param applied the last {@link PrefilterDecision} that was carried out before the batch was read; 0: none
 * @param changed pids of watched processes that executed a program or got a name: they are watched no more
 * @param ports of which the batch told something that counts
 */
public record PrefilterSeen(long raised, long applied, List<Integer> changed, List<PortCount> ports) {
    public PrefilterSeen {
        changed = List.copyOf(changed);
        ports = List.copyOf(ports);
    }

    /**
     * @param port see {@link PrefilterDecision.PortMark}
     * @param told how many records of the port there were since the source was attached
     */
    public record PortCount(int port, long told) {}
}
