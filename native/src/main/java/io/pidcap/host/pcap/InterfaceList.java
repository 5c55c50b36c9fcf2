package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.PcapAddress;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface;
import org.pcap4j.core.Pcaps;

/** The devices of libpcap, as pcap4j reads them. */
public final class InterfaceList {
    private InterfaceList() {}

    /** @see io.pidcap.host.HostBackend#interfaces */
    public static List<InterfaceInfo> read() {
        useSameLibrary();
        try {
            return Pcaps.findAllDevs().stream().map(InterfaceList::describe).toList();
        } catch (PcapNativeException e) {
            throw new HostException(
                    HostException.Code.IO,
                    "list the interfaces (pcap_findalldevs): " + e.getMessage(),
                    LibcErrors.PRIVILEGE_HINT,
                    e);
        }
    }

    /** Before pcap4j is: for our words when the library is missing; and it must use the same one. */
    static void useSameLibrary() {
        System.setProperty("org.pcap4j.core.pcapLibName", LibPcapLibrary.load().name());
    }

    private static InterfaceInfo describe(PcapNetworkInterface device) {
        @Nullable String description = device.getDescription();
        return new InterfaceInfo(
                device.getName(),
                description == null ? "" : description,
                device.getAddresses().stream().map(InterfaceList::addressOf).toList(),
                linkTypesOf(device),
                device.isUp(),
                device.isRunning(),
                device.isLoopBack());
    }

    private static InterfaceInfo.Address addressOf(PcapAddress address) {
        @Nullable InetAddress netmask = address.getNetmask();
        return new InterfaceInfo.Address(
                IpAddress.ofBytes(address.getAddress().getAddress()),
                netmask == null ? -1 : prefixLength(netmask.getAddress()));
    }

    /** -1 for a mask that has a one behind a zero. */
    static int prefixLength(byte[] netmask) {
        int length = 0;
        while (length < 8 * netmask.length && bit(netmask, length)) {
            length++;
        }
        for (int i = length; i < 8 * netmask.length; i++) {
            if (bit(netmask, i)) {
                return -1;
            }
        }
        return length;
    }

    private static boolean bit(byte[] bytes, int index) {
        return (bytes[index / 8] >> (7 - index % 8) & 1) != 0;
    }

    /**
     * Only what is up is opened: the rest refuses anyway, and it includes devices such as nfqueue, which take packets away
     * from the system as soon as they are open.
     */
    private static List<LinkType> linkTypesOf(PcapNetworkInterface device) {
        return device.isUp() ? InterfaceLinkTypes.of(LibPcap.INSTANCE, device.getName()) : List.of();
    }
}
