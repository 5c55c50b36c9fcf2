package io.pidcap.host.windows.npcap;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.pcap.InterfaceLinkTypes;
import io.pidcap.host.windows.npcap.NpcapDeviceList.Device;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.LinkType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Npcap's devices by the names that people know: Windows' name of the adapter, such as {@code Ethernet}, whatever its case;
 * {@link #LOOPBACK}; or the device's own name. What Linux calls {@code any} is no device here but a set of them.
 */
public final class NpcapInterfaces {
    static final String LOOPBACK = "Loopback";

    private static final String ANY = "any";
    private static final String DEVICE = "\\Device\\";
    private static final String DEVICE_OF_ADAPTER = "\\Device\\NPF_";
    private static final String LOOPBACK_DEVICE = "\\Device\\NPF_Loopback";

    private NpcapInterfaces() {}

    /** @see io.pidcap.host.HostBackend#interfaces */
    public static List<InterfaceInfo> read() {
        List<Adapter> adapters = Adapters.read();
        return NpcapDeviceList.read(Npcap.INSTANCE.functions()).stream()
                .map(device -> describe(device, adapterOf(device, adapters)))
                .toList();
    }

    /** @see io.pidcap.host.HostBackend#interfacesOf */
    public static List<String> named(String interfaceName) {
        if (!interfaceName.equals(ANY)) {
            return List.of(interfaceName);
        }
        List<Adapter> adapters = Adapters.read();
        List<String> names = NpcapDeviceList.read(Npcap.INSTANCE.functions()).stream()
                .filter(device -> mayHavePackets(device, adapterOf(device, adapters)))
                .map(device -> nameOf(device, adapterOf(device, adapters)))
                .toList();
        if (names.isEmpty()) {
            throw new HostException(
                    Code.NO_SUCH_INTERFACE,
                    "open any for capture: no interface of Npcap's is up and has an address",
                    "see them with: pidcap interfaces");
        }
        return names;
    }

    /** Without an address no process has packets there. */
    private static boolean mayHavePackets(Device device, @Nullable Adapter adapter) {
        boolean addressed =
                adapter != null && adapter.up() && !adapter.addresses().isEmpty();
        return isLoopback(device) || (device.up() && addressed);
    }

    /** @throws HostException {@code NO_SUCH_INTERFACE} */
    static String deviceOf(String interfaceName) {
        if (interfaceName.startsWith(DEVICE)) {
            return interfaceName;
        }
        if (interfaceName.equalsIgnoreCase(LOOPBACK)) {
            return LOOPBACK_DEVICE;
        }
        return Adapters.read().stream()
                .filter(adapter -> adapter.friendlyName().equalsIgnoreCase(interfaceName))
                .findFirst()
                .map(adapter -> adapter.loopback() ? LOOPBACK_DEVICE : DEVICE_OF_ADAPTER + adapter.guid())
                .orElseThrow(() -> new HostException(
                        Code.NO_SUCH_INTERFACE,
                        "open " + interfaceName + " for capture: there is no such interface",
                        "see the names with: pidcap interfaces"));
    }

    private static boolean isLoopback(Device device) {
        return device.loopback() || device.name().equalsIgnoreCase(LOOPBACK_DEVICE);
    }

    private static @Nullable Adapter adapterOf(Device device, List<Adapter> adapters) {
        return adapters.stream()
                .filter(adapter -> isLoopback(device)
                        ? adapter.loopback()
                        : device.name().equalsIgnoreCase(DEVICE_OF_ADAPTER + adapter.guid()))
                .findFirst()
                .orElse(null);
    }

    private static String nameOf(Device device, @Nullable Adapter adapter) {
        if (isLoopback(device)) {
            return LOOPBACK;
        }
        return adapter == null || adapter.friendlyName().isEmpty() ? device.name() : adapter.friendlyName();
    }

    private static InterfaceInfo describe(Device device, @Nullable Adapter adapter) {
        String name = nameOf(device, adapter);
        List<LinkType> linkTypes = device.up() ? InterfaceLinkTypes.of(Npcap.INSTANCE, device.name()) : List.of();
        return new InterfaceInfo(
                name,
                device.description(),
                adapter == null ? List.of() : adapter.addresses(),
                linkTypes,
                device.up(),
                device.running() && (adapter == null || adapter.up()),
                isLoopback(device));
    }
}
