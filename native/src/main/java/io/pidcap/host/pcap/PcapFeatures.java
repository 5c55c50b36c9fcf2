package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.util.List;

/** What the packet side of this host can do, found out by opening a device. */
public final class PcapFeatures {
    static final String LIBRARY = "libpcap";
    static final String CAPTURE = "capture";
    static final String NANOSECONDS = "nanosecond timestamps";

    private static final List<String> PROBED = List.of("any", "lo");

    private PcapFeatures() {}

    /** @see io.pidcap.host.HostBackend#probePacketFeatures */
    public static List<HostFeature> probe() {
        try {
            LibPcapLibrary pcap = LibPcapLibrary.load();
            HostFeature library = available(LIBRARY, pcap.pcap_lib_version() + ", found as " + pcap.name());
            return withLibrary(library);
        } catch (HostException e) {
            return List.of(
                    refused(LIBRARY, e),
                    notTried(CAPTURE, "libpcap is missing"),
                    notTried(NANOSECONDS, "libpcap is missing"));
        }
    }

    private static List<HostFeature> withLibrary(HostFeature library) {
        HostException first = null;
        for (String interfaceName : PROBED) {
            try (PcapDevice device = PcapDevice.probe(interfaceName)) {
                return List.of(library, available(CAPTURE, "opened " + interfaceName), nanoseconds(device));
            } catch (HostException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first == null) {
            throw new IllegalStateException("no interface was tried");
        }
        return List.of(library, refused(CAPTURE, first), notTried(NANOSECONDS, "no interface could be opened"));
    }

    private static HostFeature nanoseconds(PcapDevice device) {
        return device.nanosecondTimestamps()
                ? available(NANOSECONDS, "on " + device.interfaceName())
                : new HostFeature(
                        NANOSECONDS,
                        Availability.UNAVAILABLE,
                        device.interfaceName() + " gives microseconds",
                        "a newer libpcap may give them; captures work without");
    }

    private static HostFeature available(String name, String detail) {
        return new HostFeature(name, Availability.AVAILABLE, detail, "");
    }

    private static HostFeature refused(String name, HostException e) {
        return new HostFeature(name, Availability.UNAVAILABLE, e.getMessage(), e.hint());
    }

    private static HostFeature notTried(String name, String why) {
        return new HostFeature(name, Availability.UNKNOWN, "not tried: " + why, "");
    }
}
