package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;

/** The packet library's refusals in our words. */
public final class PcapErrors {
    private PcapErrors() {}

    /**
     * A negative status of {@code pcap_activate} or of what prepares it.
     *
     * @param detail {@code pcap_geterr}; may be empty
     */
    static HostException ofStatus(PcapSystem system, String interfaceName, int status, String detail) {
        String words =
                status == PcapFunctions.PCAP_ERROR ? detail : system.functions().pcap_statustostr(status);
        if (status != PcapFunctions.PCAP_ERROR && !detail.isEmpty()) {
            words += " (" + detail + ")";
        }
        return new HostException(
                codeOf(status),
                "open " + interfaceName + " for capture: " + words + " (" + status + ")",
                hintFor(system.errors(), status, interfaceName));
    }

    private static Code codeOf(int status) {
        return switch (status) {
            case PcapFunctions.PCAP_ERROR_NO_SUCH_DEVICE -> Code.NO_SUCH_INTERFACE;
            case PcapFunctions.PCAP_ERROR_PERM_DENIED, PcapFunctions.PCAP_ERROR_PROMISC_PERM_DENIED ->
                Code.NO_PRIVILEGE;
            case PcapFunctions.PCAP_ERROR_IFACE_NOT_UP -> Code.INTERFACE_DOWN;
            default -> Code.NOT_SUPPORTED;
        };
    }

    private static String hintFor(SystemErrors errors, int status, String interfaceName) {
        return switch (codeOf(status)) {
            case NO_SUCH_INTERFACE -> "see the names with: pidcap interfaces";
            case NO_PRIVILEGE -> errors.privilegeHint();
            case INTERFACE_DOWN -> errors.bringUpHint(interfaceName);
            default -> "try another interface: pidcap interfaces";
        };
    }

    public static HostException deviceLost(String interfaceName, String detail) {
        return new HostException(
                Code.DEVICE_LOST,
                "capture on " + interfaceName + ": " + detail,
                "see whether it is still there: pidcap interfaces");
    }
}
