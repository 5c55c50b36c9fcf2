package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import java.util.stream.IntStream;

/** libpcap's and the C library's refusals in our words. */
final class PcapErrors {
    static final String PRIVILEGE_HINT = "run as root (sudo), or grant CAP_NET_RAW to the process";

    private PcapErrors() {}

    /**
     * A negative status of {@code pcap_activate} or of what prepares it.
     *
     * @param detail {@code pcap_geterr}; may be empty
     */
    static HostException ofStatus(LibPcapLibrary pcap, String interfaceName, int status, String detail) {
        String words = status == LibPcapLibrary.PCAP_ERROR ? detail : pcap.pcap_statustostr(status);
        if (status != LibPcapLibrary.PCAP_ERROR && !detail.isEmpty()) {
            words += " (" + detail + ")";
        }
        return new HostException(
                codeOf(status),
                "open " + interfaceName + " for capture: " + words + " (" + status + ")",
                hintFor(status, interfaceName));
    }

    private static Code codeOf(int status) {
        return switch (status) {
            case LibPcapLibrary.PCAP_ERROR_NO_SUCH_DEVICE -> Code.NO_SUCH_INTERFACE;
            case LibPcapLibrary.PCAP_ERROR_PERM_DENIED, LibPcapLibrary.PCAP_ERROR_PROMISC_PERM_DENIED ->
                Code.NO_PRIVILEGE;
            case LibPcapLibrary.PCAP_ERROR_IFACE_NOT_UP -> Code.INTERFACE_DOWN;
            default -> Code.NOT_SUPPORTED;
        };
    }

    private static String hintFor(int status, String interfaceName) {
        return switch (codeOf(status)) {
            case NO_SUCH_INTERFACE -> "see the names with: pidcap interfaces";
            case NO_PRIVILEGE -> PRIVILEGE_HINT;
            case INTERFACE_DOWN -> "bring it up: ip link set " + interfaceName + " up";
            default -> "try another interface: pidcap interfaces";
        };
    }

    static HostException deviceLost(String interfaceName, String detail) {
        return new HostException(
                Code.DEVICE_LOST,
                "capture on " + interfaceName + ": " + detail,
                "see whether it is still there: pidcap interfaces");
    }

    /** {@code errno} of a function of the C library that worked on {@code file}; 0 where it is not known any more. */
    static HostException ofErrno(String operation, Object file, int errno) {
        String words = errno == 0 ? "a write failed" : LibcLibrary.get().strerror(errno) + " (" + errno + ")";
        String hint = switch (errno) {
            case LibcLibrary.ENOSPC, LibcLibrary.EDQUOT ->
                "free some space there, or choose another directory for the spool";
            case LibcLibrary.EFBIG -> "raise the limit of the file size (ulimit -f)";
            case LibcLibrary.EROFS -> "see what the kernel says of that disk (dmesg)";
            default -> "";
        };
        boolean full = isOfDisk(errno);
        return new HostException(full ? Code.DISK_FULL : Code.IO, operation + " " + file + ": " + words, hint);
    }

    /** The disk takes nothing more, whoever tries again. */
    private static boolean isOfDisk(int errno) {
        return errno == LibcLibrary.ENOSPC
                || errno == LibcLibrary.EDQUOT
                || errno == LibcLibrary.EFBIG
                || errno == LibcLibrary.EROFS;
    }

    /** Which of a disk's refusals the words of Java's exception are; 0: another. */
    static int errnoOf(String words) {
        return IntStream.of(LibcLibrary.ENOSPC, LibcLibrary.EDQUOT, LibcLibrary.EFBIG, LibcLibrary.EROFS)
                .filter(errno -> words.equals(LibcLibrary.get().strerror(errno)))
                .findFirst()
                .orElse(0);
    }
}
