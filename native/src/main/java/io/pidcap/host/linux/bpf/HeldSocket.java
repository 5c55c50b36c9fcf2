package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
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
        @Nullable SocketState state) {}
