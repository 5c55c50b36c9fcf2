package io.pidcap.host.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;

/** What libpcap leaves to the C library: the stream under a dump file, waiting for a descriptor, socket options.
 * No logic. */
final class LibcLibrary {
    static final int EINTR = 4;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int EDQUOT = 122;
    static final short POLLIN = 1;
    static final int IOFBF = 0;
    static final int FSETLOCKING_BYCALLER = 2;
    static final int SOL_SOCKET = 1;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_GET_FILTER = SO_ATTACH_FILTER;

    /** struct pollfd { int fd; short events; short revents; } */
    static final int POLLFD_BYTES = 8;

    private static final LibcLibrary INSTANCE = new LibcLibrary();

    static {
        Native.register(LibcLibrary.class, NativeLibrary.getInstance("c"));
    }

    private LibcLibrary() {}

    static LibcLibrary get() {
        return INSTANCE;
    }

    // FILE *fopen(const char *pathname, const char *mode)
    native @Nullable Pointer fopen(byte[] pathname, String mode);

    // int setvbuf(FILE *stream, char *buf, int mode, size_t size)
    native int setvbuf(Pointer stream, Pointer buf, int mode, size_t size);

    // int __fsetlocking(FILE *stream, int type)
    native int __fsetlocking(Pointer stream, int type);

    // int fclose(FILE *stream)
    native int fclose(Pointer stream);

    // int ferror(FILE *stream)
    native int ferror(Pointer stream);

    // long ftell(FILE *stream)
    native NativeLong ftell(Pointer stream);

    // int poll(struct pollfd *fds, nfds_t nfds, int timeout)
    native int poll(Pointer fds, NativeLong nfds, int timeout);

    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
    native int getsockopt(int sockfd, int level, int optname, @Nullable Pointer optval, IntByReference optlen);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)
    native int setsockopt(int sockfd, int level, int optname, Pointer optval, int optlen);

    // char *strerror(int errnum)
    native String strerror(int errnum);
}
