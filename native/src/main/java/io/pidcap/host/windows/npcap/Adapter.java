package io.pidcap.host.windows.npcap;

import io.pidcap.protocol.model.InterfaceInfo;
import java.util.List;

/**
 * A network adapter as Windows lists it.
 *
 * @param guid in braces
 * @param friendlyName as the user sees and changes it
 * @param loopback it is Windows' own pseudo-interface, of which Npcap has a device of another name
 */
record Adapter(String guid, String friendlyName, boolean up, boolean loopback, List<InterfaceInfo.Address> addresses) {
    Adapter {
        addresses = List.copyOf(addresses);
    }
}
