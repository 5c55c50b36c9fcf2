package io.pidcap.host.windows.windivert;

import org.jspecify.annotations.Nullable;

/** WINDIVERT_EVENT of the two layers (windivert.h). */
enum WinDivertEvent {
    FLOW_ESTABLISHED(WinDivertLibrary.WINDIVERT_LAYER_FLOW, 1),
    FLOW_DELETED(WinDivertLibrary.WINDIVERT_LAYER_FLOW, 2),
    SOCKET_BIND(WinDivertLibrary.WINDIVERT_LAYER_SOCKET, 3),
    /** Also the first datagram that a UDP socket sends to a peer. */
    SOCKET_CONNECT(WinDivertLibrary.WINDIVERT_LAYER_SOCKET, 4),
    SOCKET_LISTEN(WinDivertLibrary.WINDIVERT_LAYER_SOCKET, 5),
    SOCKET_ACCEPT(WinDivertLibrary.WINDIVERT_LAYER_SOCKET, 6),
    /** May come twice. */
    SOCKET_CLOSE(WinDivertLibrary.WINDIVERT_LAYER_SOCKET, 7);

    private final int layer;
    private final int number;

    WinDivertEvent(int layer, int number) {
        this.layer = layer;
        this.number = number;
    }

    /** Null: that layer has no such event. */
    static @Nullable WinDivertEvent of(int layer, int number) {
        for (WinDivertEvent event : values()) {
            if (event.number == number) {
                return event.layer == layer ? event : null;
            }
        }
        return null;
    }
}
