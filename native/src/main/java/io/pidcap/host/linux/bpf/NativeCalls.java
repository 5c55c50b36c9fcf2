package io.pidcap.host.linux.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;

/** Turns what the kernel and libbpf return into results or exceptions with its words. */
final class NativeCalls {
    static final String MORE_PERMISSION =
            "run as root, or give java the capabilities CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; a container or a"
                    + " locked-down kernel may refuse eBPF even then";

    private NativeCalls() {}

    /** {@code result} of a call that returns -1 and sets errno on failure; only right behind that call. */
    static int checked(int result, String operation) {
        if (result == -1) {
            throw failure(operation, Native.getLastError());
        }
        return result;
    }

    static long checked(NativeLong result, String operation) {
        if (result.longValue() == -1) {
            throw failure(operation, Native.getLastError());
        }
        return result.longValue();
    }

    static HostException failure(String operation, int errno) {
        Code code = switch (errno) {
            case LibcLibrary.EPERM, LibcLibrary.EACCES -> Code.NO_PRIVILEGE;
            case LibcLibrary.EINVAL, LibcLibrary.ENOENT -> Code.NOT_SUPPORTED;
            default -> Code.IO;
        };
        String hint = code == Code.NO_PRIVILEGE ? MORE_PERMISSION : "";
        return new HostException(code, operation + ": " + words(errno), hint);
    }

    static String words(int errno) {
        return LibcLibrary.INSTANCE.strerror(errno) + " (" + errno + ")";
    }

    /** Descriptors are closed without asking: nothing was written through them that could be lost. */
    static void close(int descriptor) {
        LibcLibrary.INSTANCE.close(descriptor);
    }
}
