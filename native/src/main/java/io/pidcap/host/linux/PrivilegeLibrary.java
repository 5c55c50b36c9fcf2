package io.pidcap.host.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import org.jspecify.annotations.Nullable;

/** What the C library offers of credentials, as the manual pages declare it. No logic. */
interface PrivilegeLibrary extends Library {
    PrivilegeLibrary INSTANCE = Native.load("c", PrivilegeLibrary.class);

    /* <fcntl.h> */
    int O_PATH = 0x200000;
    int O_CLOEXEC = 0x80000;

    /* <linux/prctl.h> */
    int PR_SET_KEEPCAPS = 8;

    /* <linux/capability.h> */
    int CAP_SYS_ADMIN = 21;
    int _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /** struct __user_cap_header_struct { __u32 version; int pid; } */
    int CAP_HEADER_INTS = 2;

    /** struct __user_cap_data_struct { __u32 effective; __u32 permitted; __u32 inheritable; }, twice. */
    int CAP_DATA_INTS = 6;

    // uid_t geteuid(void)
    int geteuid();

    // int open(const char *pathname, int flags)
    int open(String pathname, int flags);

    // int setgroups(size_t size, const gid_t *list)
    int setgroups(size_t size, @Nullable Pointer list);

    // int setresgid(gid_t rgid, gid_t egid, gid_t sgid)
    int setresgid(int rgid, int egid, int sgid);

    // int setresuid(uid_t ruid, uid_t euid, uid_t suid)
    int setresuid(int ruid, int euid, int suid);

    // int prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5)
    int prctl(int option, NativeLong arg2, NativeLong arg3, NativeLong arg4, NativeLong arg5);

    // int capget(cap_user_header_t hdrp, cap_user_data_t datap)
    int capget(int[] hdrp, int[] datap);

    // int capset(cap_user_header_t hdrp, const cap_user_data_t datap)
    int capset(int[] hdrp, int[] datap);

    // char *strerror(int errnum)
    String strerror(int errnum);
}
