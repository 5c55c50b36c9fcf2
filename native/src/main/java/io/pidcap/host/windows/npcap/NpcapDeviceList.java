package io.pidcap.host.windows.npcap;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The devices that Npcap offers. */
final class NpcapDeviceList {
    /** struct pcap_if { struct pcap_if *next; char *name; char *description; struct pcap_addr *addresses; bpf_u_int32 flags; } */
    private static final int NAME = Native.POINTER_SIZE;

    private static final int DESCRIPTION = 2 * Native.POINTER_SIZE;
    private static final int FLAGS = 4 * Native.POINTER_SIZE;

    private static final int PCAP_IF_LOOPBACK = 1;
    private static final int PCAP_IF_UP = 2;
    private static final int PCAP_IF_RUNNING = 4;

    private static final int MOST_DEVICES = 4096;

    private NpcapDeviceList() {}

    /** @param name such as {@code \Device\NPF_{GUID}} */
    record Device(String name, String description, boolean up, boolean running, boolean loopback) {}

    /** @throws HostException where Npcap gives no list */
    static List<Device> read(NpcapLibrary npcap) {
        byte[] errbuf = new byte[NpcapLibrary.PCAP_ERRBUF_SIZE];
        PointerByReference first = new PointerByReference();
        if (npcap.pcap_findalldevs(first, errbuf) != 0) {
            throw new HostException(
                    Code.IO,
                    "list the interfaces (pcap_findalldevs): " + Native.toString(errbuf, StandardCharsets.UTF_8.name()),
                    Win32Errors.INSTANCE.privilegeHint());
        }
        try {
            return devices(first.getValue());
        } finally {
            npcap.pcap_freealldevs(first.getValue());
        }
    }

    private static List<Device> devices(@Nullable Pointer first) {
        List<Device> devices = new ArrayList<>();
        Pointer device = first;
        while (device != null && devices.size() < MOST_DEVICES) {
            int flags = device.getInt(FLAGS);
            devices.add(new Device(
                    text(device.getPointer(NAME)),
                    text(device.getPointer(DESCRIPTION)),
                    (flags & PCAP_IF_UP) != 0,
                    (flags & PCAP_IF_RUNNING) != 0,
                    (flags & PCAP_IF_LOOPBACK) != 0));
            device = device.getPointer(0);
        }
        return devices;
    }

    private static String text(@Nullable Pointer text) {
        return text == null ? "" : text.getString(0, StandardCharsets.UTF_8.name());
    }
}
