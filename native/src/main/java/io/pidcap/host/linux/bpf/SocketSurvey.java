package io.pidcap.host.linux.bpf;

import java.util.List;

/** Who has which socket, now. */
interface SocketSurvey extends AutoCloseable {
    /** One entry for each process and socket; a socket that a process has twice may come twice. */
    List<HeldSocket> survey();

    /** What it cannot see, for the user; empty if nothing. */
    String limit();

    @Override
    void close();
}
