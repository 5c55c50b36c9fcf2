package io.pidcap.host.linux.bpf;

import io.pidcap.host.linux.bpf.KnownSocket.Ownership;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.List;

/** Makes the ports of sockets that are older than the programs known to these, for as long as the sockets live. */
final class OlderSockets {
    private static final int IPPROTO_RAW = 255;

    private final PortTable ports;

    OlderSockets(PortTable ports) {
        this.ports = ports;
    }

    void countRawSender(KnownSocket socket, HeldSocket held) {
        if (held.isRaw() && !socket.rawSender && canSendTcp(held.tuple())) {
            socket.rawSender = true;
            ports.addOlderRawSenders(1);
        }
    }

    private static boolean canSendTcp(FiveTuple tuple) {
        return tuple.protocol() == TransportProtocol.TCP || tuple.protocol() == IPPROTO_RAW;
    }

    /** Once all owners of each are known. */
    void count(List<KnownSocket> sockets) {
        for (KnownSocket socket : sockets) {
            Ownership owned = socket.last();
            if (owned != null && !socket.countedAsOlder && owned.state() != SocketState.CONNECTED) {
                socket.countedAsOlder = true;
                ports.addOlder(owned.tuple().protocol(), owned.tuple().local().port(), socket.owners());
            }
        }
    }

    /** Of any socket that is closed. */
    void forget(KnownSocket socket) {
        Ownership counted = socket.first();
        if (socket.countedAsOlder && counted != null) {
            ports.removeOlder(
                    counted.tuple().protocol(), counted.tuple().local().port());
        }
        if (socket.rawSender) {
            ports.addOlderRawSenders(-1);
        }
    }
}
