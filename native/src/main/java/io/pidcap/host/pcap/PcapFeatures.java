package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.util.List;
import java.util.function.Supplier;

/** What the packet side of this host can do, found out by opening a device. */
public final class PcapFeatures {
    static final String CAPTURE = "capture";
    static final String NANOSECONDS = "nanosecond timestamps";

    private PcapFeatures() {}

    /**
     * @param interfaceNames of which the first that opens will do; asked for once the library is there
     * @see io.pidcap.host.HostBackend#probePacketFeatures
     */
    public static List<HostFeature> probe(PcapSystem system, Supplier<List<String>> interfaceNames) {
        String name = system.libraryName();
        HostFeature library;
        try {
            library = available(name, system.functions().pcap_lib_version() + ", found as " + system.foundAs());
        } catch (HostException e) {
            String missing = name + " is missing";
            return List.of(refused(name, e), notTried(CAPTURE, missing), notTried(NANOSECONDS, missing));
        }
        try {
            return withLibrary(system, library, interfaceNames.get());
        } catch (HostException e) {
            return List.of(library, refused(CAPTURE, e), notTried(NANOSECONDS, "no interface could be opened"));
        }
    }

    private static List<HostFeature> withLibrary(PcapSystem system, HostFeature library, List<String> interfaceNames) {
        HostException first = null;
        for (String interfaceName : interfaceNames) {
            try (PcapDevice device = PcapDevice.probe(system, interfaceName)) {
                return List.of(library, available(CAPTURE, "opened " + interfaceName), nanoseconds(device));
            } catch (HostException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        throw first == null
                ? new HostException(HostException.Code.NO_SUCH_INTERFACE, "there is no interface to capture on", "")
                : first;
    }

    private static HostFeature nanoseconds(PcapDevice device) {
        return device.nanosecondTimestamps()
                ? available(NANOSECONDS, "on " + device.interfaceName())
                : new HostFeature(
                        NANOSECONDS,
                        Availability.UNAVAILABLE,
                        device.interfaceName() + " gives microseconds",
                        "captures work without");
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
