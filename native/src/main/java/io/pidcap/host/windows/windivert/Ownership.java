package io.pidcap.host.windows.windivert;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** That a process has a tuple, by one socket of its or several. */
final class Ownership {
    final FiveTuple tuple;
    final ProcessIdentity owner;
    SocketState state;

    /** By which it was told; more than one only of the snapshot's. */
    final List<Long> socketIds = new ArrayList<>(1);

    /** The sockets that have it, by WinDivert's ids. */
    final Set<Long> endpoints = new HashSet<>(2);

    /** Sockets of the snapshot that have it and whose endpoint ids are not known yet. */
    int unnamed;

    Ownership(FiveTuple tuple, ProcessIdentity owner, SocketState state) {
        this.tuple = tuple;
        this.owner = owner;
        this.state = state;
    }

    boolean isHeld() {
        return unnamed > 0 || !endpoints.isEmpty();
    }
}
