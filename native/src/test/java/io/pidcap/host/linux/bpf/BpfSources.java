package io.pidcap.host.linux.bpf;

import java.nio.file.Path;
import java.util.List;

/** Where the sources of the programs are, as seen from the module that tests run in. */
final class BpfSources {
    static final Path DIRECTORY = Path.of("src/main/bpf").toAbsolutePath();
    static final List<String> OBJECTS = List.of(
            "flow_events",
            "executed_files",
            "socket_users",
            "tcp_senders",
            "datagram_users",
            "held_sockets",
            "given_sockets",
            "descriptor_takers",
            "prefilter",
            "prefilter_capture");

    private BpfSources() {}
}
