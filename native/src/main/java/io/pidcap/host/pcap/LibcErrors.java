package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import java.util.stream.IntStream;

/** The C library's refusals, by errno. */
final class LibcErrors implements SystemErrors {
    static final LibcErrors INSTANCE = new LibcErrors();
    static final String PRIVILEGE_HINT = "run as root (sudo), or grant CAP_NET_RAW to the process";

    private LibcErrors() {}

    @Override
    public String privilegeHint() {
        return PRIVILEGE_HINT;
    }

    @Override
    public String bringUpHint(String interfaceName) {
        return "bring it up: ip link set " + interfaceName + " up";
    }

    @Override
    public HostException ofFile(String operation, Object file, int errno) {
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

    @Override
    public int errorOf(String words) {
        return IntStream.of(LibcLibrary.ENOSPC, LibcLibrary.EDQUOT, LibcLibrary.EFBIG, LibcLibrary.EROFS)
                .filter(errno -> words.equals(LibcLibrary.get().strerror(errno)))
                .findFirst()
                .orElse(0);
    }
}
