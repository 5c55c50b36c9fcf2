package io.pidcap.host.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.linux.bpf.CapturePrefilter;
import io.pidcap.host.pcap.HeldDirectory;
import java.nio.file.Path;

/**
 * Drops what Linux grants to this process.
 *
 * <p>Capabilities belong to threads, and a Java program does not reach those of its virtual machine. The C library's
 * {@code setresuid} does: it has every thread make the call (nptl(7)), and the kernel takes all capabilities from a thread
 * whose user ids were 0 and no longer are (capabilities(7)), but for one that said before that it keeps them.
 */
final class Privileges {
    private static final PrivilegeLibrary LIBC = PrivilegeLibrary.INSTANCE;

    private Privileges() {}

    /** @see io.pidcap.host.HostBackend#dropPrivileges */
    static String drop(Path directory, int userId, HeldDirectory segments) {
        long kept = heldByThread() & bit(PrivilegeLibrary.CAP_SYS_ADMIN);
        boolean leaves = userId != 0;
        if (leaves) {
            hold(directory, segments);
            openFiles(kept != 0);
            become(userId, kept != 0);
        }
        keepInThread(kept);
        return (leaves ? "became user " + userId : "stayed user " + LIBC.geteuid())
                + (kept == 0 ? "" : "; one thread keeps CAP_SYS_ADMIN for the prefilter");
    }

    private static void hold(Path directory, HeldDirectory segments) {
        // A path only, for which we need not be allowed to read it: it is somebody else's until we are him.
        int descriptor = checked(
                LIBC.open(directory.toString(), PrivilegeLibrary.O_PATH | PrivilegeLibrary.O_CLOEXEC),
                "open " + directory);
        segments.hold(directory, descriptor);
    }

    /** Jars are opened when a class is first looked for in them, which may be too late: looks in all. */
    private static void openFiles(boolean forPrefilter) {
        ClassLoader.getSystemResource("META-INF/none");
        if (forPrefilter) {
            CapturePrefilter.readFiles();
        }
    }

    private static void become(int userId, boolean threadKeeps) {
        keepOverChange(threadKeeps);
        checked(LIBC.setgroups(new size_t(0), null), "leave all groups");
        checked(LIBC.setresgid(userId, userId, userId), "become group " + userId);
        checked(LIBC.setresuid(userId, userId, userId), "become user " + userId);
        keepOverChange(false);
    }

    private static void keepOverChange(boolean keep) {
        NativeLong none = new NativeLong(0);
        checked(
                LIBC.prctl(PrivilegeLibrary.PR_SET_KEEPCAPS, new NativeLong(keep ? 1 : 0), none, none, none),
                "prctl PR_SET_KEEPCAPS");
    }

    /** The calling thread's permitted capabilities, a bit each. */
    private static long heldByThread() {
        int[] data = new int[PrivilegeLibrary.CAP_DATA_INTS];
        checked(LIBC.capget(header(), data), "read the capabilities of a thread");
        return Integer.toUnsignedLong(data[1]) | (long) data[4] << Integer.SIZE;
    }

    /** @param kept permitted and effective in the calling thread from now on; it must have them */
    static void keepInThread(long kept) {
        int low = (int) kept;
        int high = (int) (kept >>> Integer.SIZE);
        checked(LIBC.capset(header(), new int[] {low, low, 0, high, high, 0}), "drop the capabilities of a thread");
    }

    private static int[] header() {
        int[] header = new int[PrivilegeLibrary.CAP_HEADER_INTS];
        header[0] = PrivilegeLibrary._LINUX_CAPABILITY_VERSION_3;
        return header;
    }

    private static long bit(int capability) {
        return 1L << capability;
    }

    private static int checked(int result, String operation) {
        if (result < 0) {
            int errno = Native.getLastError();
            throw new HostException(
                    Code.NO_PRIVILEGE,
                    operation + ": " + LIBC.strerror(errno) + " (" + errno + ")",
                    "a security module or a container may forbid it: allow it there");
        }
        return result;
    }
}
