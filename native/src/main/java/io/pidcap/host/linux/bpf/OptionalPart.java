package io.pidcap.host.linux.bpf;

/** What the exact source does without where a kernel lacks it, each for a loss of its own. */
public enum OptionalPart {
    /** fork, exec, exit and rename of processes; else names come from /proc and short ones are lost. */
    PROCESS_TRACEPOINTS,
    /** Which file a process executes; else what its path means, as far as that can still be told. */
    EXECUTED_FILES,
    /** Who receives by a TCP connection; else all that can have accepted it own it. */
    TCP_USERS,
    /** Who is given sockets by a local socket; else a taker is known when it uses what it was given. */
    SOCKET_TAKERS,
    /** Who sends and receives datagrams by a shared socket; else the hooks of named sends and receives tell it. */
    DATAGRAM_USERS,
    /** The list of all descriptors; else /proc joined with sock_diag. */
    DESCRIPTOR_ITERATOR
}
