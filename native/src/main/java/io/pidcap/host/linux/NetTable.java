package io.pidcap.host.linux;

import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;

/** The socket tables below {@code /proc/PID/net}, as net/ipv4 and net/ipv6 of the kernel print them. */
enum NetTable {
    TCP("tcp", TransportProtocol.TCP, false),
    TCP6("tcp6", TransportProtocol.TCP, true),
    UDP("udp", TransportProtocol.UDP, false),
    UDP6("udp6", TransportProtocol.UDP, true),
    UDP_LITE("udplite", TransportProtocol.UDP_LITE, false),
    UDP_LITE6("udplite6", TransportProtocol.UDP_LITE, true),
    RAW("raw", NetTable.PROTOCOL_IN_PORT_COLUMN, false),
    RAW6("raw6", NetTable.PROTOCOL_IN_PORT_COLUMN, true),
    /** "Ping sockets": SOCK_DGRAM with IPPROTO_ICMP; the column of the local port holds the echo identifier. */
    ICMP("icmp", TransportProtocol.ICMP, false),
    ICMP6("icmp6", TransportProtocol.ICMPV6, true);

    /** A raw socket's row carries its IP protocol number where other tables have the local port. */
    private static final int PROTOCOL_IN_PORT_COLUMN = -1;

    /* include/net/tcp_states.h; other protocols use the first and CLOSE of these only. */
    private static final int TCP_ESTABLISHED = 1;
    private static final int TCP_SYN_RECV = 3;
    private static final int TCP_CLOSE = 7;
    private static final int TCP_CLOSE_WAIT = 8;
    private static final int TCP_LISTEN = 10;

    private final String fileName;
    private final int protocol;
    private final boolean ipv6;

    NetTable(String fileName, int protocol, boolean ipv6) {
        this.fileName = fileName;
        this.protocol = protocol;
        this.ipv6 = ipv6;
    }

    String fileName() {
        return fileName;
    }

    boolean ipv6() {
        return ipv6;
    }

    boolean isTcp() {
        return protocol == TransportProtocol.TCP;
    }

    /** Of a row without an inode: it may get one by being accepted; those in other states have had their time. */
    boolean mayBeAccepted(int kernelState) {
        return isTcp()
                && (kernelState == TCP_ESTABLISHED || kernelState == TCP_SYN_RECV || kernelState == TCP_CLOSE_WAIT);
    }

    int protocol(int portColumn) {
        return protocol == PROTOCOL_IN_PORT_COLUMN ? portColumn : protocol;
    }

    /** The port that the column means: none where the protocol has no ports. */
    int port(int portColumn) {
        return TransportProtocol.hasPorts(protocol) ? portColumn : 0;
    }

    /** What the column {@code st} means here; a TCP socket that only was bound is in no table. */
    SocketState state(int kernelState) {
        if (isTcp()) {
            return switch (kernelState) {
                case TCP_LISTEN -> SocketState.LISTENING;
                case TCP_CLOSE -> SocketState.BOUND;
                default -> SocketState.CONNECTED;
            };
        }
        return kernelState == TCP_ESTABLISHED ? SocketState.CONNECTED : SocketState.BOUND;
    }
}
