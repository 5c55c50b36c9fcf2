package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import java.util.List;

/** What one part of a snapshot says, for {@link SnapshotAssembler}; every entry keeps the rules of events.proto. */
public record DecodedSnapshotPart(
        ObservedTime taken,
        long ownNetnsId,
        List<ProcessInfo> processes,
        List<SocketEntry> sockets,
        List<LocalAddress> localAddresses,
        boolean last) {
    int entries() {
        return processes.size() + sockets.size() + localAddresses.size();
    }
}
