package io.pidcap.host.windows.windivert;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;

/** What WinDivert can do here, found out by opening it. */
public final class WinDivertFeatures {
    private static final String EXACT = "events-exact";

    private WinDivertFeatures() {}

    /** Never throws. */
    public static HostFeature probe() {
        try {
            WinDivertLibrary library = WinDivert.load();
            WinDivertHandle socketLayer = WinDivertHandle.openSocketLayer(library);
            try {
                WinDivertHandle.openFlowLayer(library).close();
                return new HostFeature(
                        EXACT,
                        Availability.AVAILABLE,
                        "opened the SOCKET and the FLOW layer of WinDivert " + socketLayer.version() + ", "
                                + WinDivert.loadedFrom(),
                        "");
            } finally {
                socketLayer.close();
            }
        } catch (HostException e) {
            return new HostFeature(EXACT, Availability.UNAVAILABLE, e.getMessage(), e.hint());
        }
    }
}
