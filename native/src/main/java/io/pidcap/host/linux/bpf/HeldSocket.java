package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A process has a socket of the internet among its descriptors.
 *
 * @param isRaw it gets copies of what others receive too
 * @param state null: it has neither a port nor a peer yet, or is raw
 */
record HeldSocket(
        long cookie,
        long netnsCookie,
        int tgid,
        boolean isRaw,
        FiveTuple tuple,
        @Nullable SocketState state) {
    /** By process, the cookies of what it holds. */
    static Map<Integer, Set<Long>> cookiesByProcess(List<HeldSocket> held) {
        return held.stream()
                .collect(Collectors.groupingBy(
                        HeldSocket::tgid, Collectors.mapping(HeldSocket::cookie, Collectors.toSet())));
    }
}
