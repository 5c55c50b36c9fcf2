package io.pidcap.protocol.file;

import io.pidcap.protocol.model.NotedProcess;
import org.jspecify.annotations.Nullable;

/**
 * What a capture file says of a packet beside its bytes.
 *
 * @param process whose it is; null: nobody's that is known
 * @param reason why it is taken to be that process's, or why its process is not known
 * @param peer who has the other end, where that is a process of this host, too; else null
 * @param direction as {@code process} sees it; where that is null, as the interface does
 */
public record PacketNote(
        @Nullable NotedProcess process,
        String reason,
        @Nullable NotedProcess peer,
        Direction direction) {

    /** Which way a packet went. */
    public enum Direction {
        UNKNOWN,
        INBOUND,
        OUTBOUND
    }
}
