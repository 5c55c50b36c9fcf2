package io.pidcap.host.linux.bpf;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import org.jspecify.annotations.Nullable;

/** What the C library offers of the kernel, as the manual pages declare it. No logic. */
interface LibcLibrary extends Library {
    LibcLibrary INSTANCE = Native.load("c", LibcLibrary.class);

    int EPERM = 1;
    int ENOENT = 2;
    int ESRCH = 3;
    int EINTR = 4;
    int ENOMEM = 12;
    int EACCES = 13;
    int EBUSY = 16;
    int EINVAL = 22;

    /* <fcntl.h> */
    int O_RDONLY = 0;
    int O_DIRECTORY = 0x10000;
    int O_CLOEXEC = 0x80000;

    /* <sys/mman.h> */
    int PROT_READ = 1;
    int PROT_WRITE = 2;
    int MAP_SHARED = 1;
    int MAP_PRIVATE = 2;
    int MAP_ANONYMOUS = 0x20;

    /* <sys/socket.h>; the values of most architectures, x86 and ARM among them */
    int AF_UNSPEC = 0;
    int AF_INET = 2;
    int AF_INET6 = 10;
    int AF_NETLINK = 16;
    int SOCK_DGRAM = 2;
    int SOCK_RAW = 3;
    int SOCK_CLOEXEC = 0x80000;
    int SOL_SOCKET = 1;
    int SO_COOKIE = 57;
    int SO_NETNS_COOKIE = 71;
    int NETLINK_SOCK_DIAG = 4;

    /* <sched.h> */
    int CLONE_NEWNET = 0x40000000;

    /* <sys/resource.h> */
    int RLIMIT_MEMLOCK = 8;

    /* <poll.h> */
    short POLLIN = 1;

    /* <time.h> */
    int CLOCK_BOOTTIME = 7;

    // int open(const char *pathname, int flags)
    int open(String pathname, int flags);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)
    int setsockopt(int sockfd, int level, int optname, Pointer optval, int optlen);

    // int close(int fd)
    int close(int fd);

    // ssize_t read(int fd, void *buf, size_t count)
    NativeLong read(int fd, Pointer buf, size_t count);

    // int poll(struct pollfd *fds, nfds_t nfds, int timeout)
    int poll(Pointer fds, NativeLong nfds, int timeout);

    // int getpagesize(void)
    int getpagesize();

    // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
    Pointer mmap(@Nullable Pointer addr, size_t length, int prot, int flags, int fd, NativeLong offset);

    // int munmap(void *addr, size_t length)
    int munmap(Pointer addr, size_t length);

    // int socket(int domain, int type, int protocol)
    int socket(int domain, int type, int protocol);

    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen)
    int bind(int sockfd, byte[] addr, int addrlen);

    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
    int getsockopt(int sockfd, int level, int optname, long[] optval, int[] optlen);

    // ssize_t send(int sockfd, const void *buf, size_t len, int flags)
    NativeLong send(int sockfd, byte[] buf, size_t len, int flags);

    // ssize_t recv(int sockfd, void *buf, size_t len, int flags)
    NativeLong recv(int sockfd, Pointer buf, size_t len, int flags);

    // int setns(int fd, int nstype)
    int setns(int fd, int nstype);

    // int setrlimit(int resource, const struct rlimit *rlim), struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; }
    int setrlimit(int resource, long[] rlim);

    // int clock_gettime(clockid_t clockid, struct timespec *tp), struct timespec { time_t tv_sec; long tv_nsec; }
    int clock_gettime(int clockid, long[] tp);

    // long syscall(long number, ...)
    NativeLong syscall(NativeLong number, Object... arguments);

    // int vsnprintf(char *str, size_t size, const char *format, va_list ap)
    int vsnprintf(Pointer str, size_t size, Pointer format, Pointer ap);

    // char *strerror(int errnum)
    String strerror(int errnum);
}
