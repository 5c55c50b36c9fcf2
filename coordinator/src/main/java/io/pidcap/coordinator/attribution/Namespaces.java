package io.pidcap.coordinator.attribution;

import java.util.HashMap;
import java.util.Map;

/** Gives each network namespace of one event-worker run a small number that no other run gives again, but for our own. */
final class Namespaces {
    /** The one in which packets are captured. */
    static final int OWN = 0;

    private final Map<Long, Integer> indexes = new HashMap<>();
    private int used = OWN;

    /** Ids of earlier runs mean nothing any more. */
    void beginRun(long ownNetnsId) {
        indexes.clear();
        indexes.put(ownNetnsId, OWN);
    }

    int indexOf(long netnsId) {
        return indexes.computeIfAbsent(netnsId, id -> ++used);
    }
}
