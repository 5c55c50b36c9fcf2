package io.pidcap.host.windows.iphelper;

import io.pidcap.protocol.model.FiveTuple;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers for sockets, which Windows' tables do not number: the same for the same row in look after look. Rows that cannot
 * be told apart, as of a process that bound a port twice, share theirs.
 */
final class SocketIds {
    private record Key(FiveTuple tuple, int ipVersion, int pid, long createdEpochNanos) {}

    private Map<Key, Long> before = new HashMap<>();
    private Map<Key, Long> now = new HashMap<>();
    private long last;

    /** Those that the last look did not show are forgotten. */
    void beginLook() {
        before = now;
        now = new HashMap<>();
    }

    long of(SocketRow row) {
        Key key = new Key(row.tuple(), row.ipVersion(), row.pid(), row.createdEpochNanos());
        Long known = before.get(key);
        return now.computeIfAbsent(key, absent -> known == null ? ++last : known);
    }
}
