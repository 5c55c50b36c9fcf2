package io.pidcap.host.linux.bpf;

import com.sun.jna.NativeLong;
import io.pidcap.host.HostException;

/** Mounts without a place in the file tree: fsopen(2), fsconfig(2), fsmount(2), Linux 5.2. */
final class DetachedMount {
    /* The same numbers on every architecture (include/uapi/asm-generic/unistd.h). */
    private static final NativeLong SYS_FSOPEN = new NativeLong(430);
    private static final NativeLong SYS_FSCONFIG = new NativeLong(431);
    private static final NativeLong SYS_FSMOUNT = new NativeLong(432);

    /* include/uapi/linux/mount.h */
    private static final long FSOPEN_CLOEXEC = 1;
    private static final long FSCONFIG_CMD_CREATE = 6;
    private static final long FSMOUNT_CLOEXEC = 1;

    private DetachedMount() {}

    /**
     * The root directory of a new mount, which is gone when the descriptor is closed.
     *
     * @throws HostException why not
     */
    static int open(String type) {
        String operation = "mount " + type + " privately";
        LibcLibrary libc = LibcLibrary.INSTANCE;
        long context = NativeCalls.checked(libc.syscall(SYS_FSOPEN, type, number(FSOPEN_CLOEXEC)), operation);
        try {
            NativeCalls.checked(
                    libc.syscall(
                            SYS_FSCONFIG,
                            number(context),
                            number(FSCONFIG_CMD_CREATE),
                            number(0),
                            number(0),
                            number(0)),
                    operation);
            return (int) NativeCalls.checked(
                    libc.syscall(SYS_FSMOUNT, number(context), number(FSMOUNT_CLOEXEC), number(0)), operation);
        } finally {
            NativeCalls.close((int) context);
        }
    }

    private static NativeLong number(long value) {
        return new NativeLong(value);
    }
}
