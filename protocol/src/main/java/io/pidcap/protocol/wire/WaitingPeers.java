package io.pidcap.protocol.wire;

import java.util.LinkedHashSet;

/**
 * The peers of one socket that have no verdict yet. Each costs a descriptor and some memory, so there are only so many: who
 * has waited longest makes place for who comes, since a peer of ours says Hello at once. Owned by the event loop.
 */
final class WaitingPeers {
    private final LinkedHashSet<ServerHandshake> waiting = new LinkedHashSet<>();

    void add(ServerHandshake peer) {
        waiting.add(peer);
        if (waiting.size() > PipeLimits.MAX_WAITING_PEERS) {
            // It removes itself.
            waiting.iterator().next().giveWay();
        }
    }

    void remove(ServerHandshake peer) {
        waiting.remove(peer);
    }
}
