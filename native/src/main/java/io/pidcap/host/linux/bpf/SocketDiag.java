package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Asks the kernel for the cookies of the sockets of the calling thread's network namespace, by inode: sock_diag(7). Knows
 * those that have a port.
 */
final class SocketDiag {
    private static final int[] PROTOCOLS = {6, 17, 136};

    /* include/uapi/linux/netlink.h, sock_diag.h, inet_diag.h */
    private static final int NLMSG_HEADER_BYTES = 16;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLM_F_REQUEST_DUMP = 0x301;
    private static final int REQUEST_BYTES = NLMSG_HEADER_BYTES + 56;
    private static final int ALL_STATES = -1;
    /* struct inet_diag_msg */
    private static final int STATE = 1;
    private static final int COOKIE = 44;
    private static final int INODE = 68;
    private static final int MESSAGE_BYTES = 72;

    private static final int BUFFER_BYTES = 1 << 16;

    /* include/net/tcp_states.h: of those without a descriptor, the ones that wait to be accepted. */
    private static final int TCP_ESTABLISHED = 1;
    private static final int TCP_SYN_RECV = 3;
    private static final int TCP_CLOSE_WAIT = 8;

    private final Map<Long, Long> cookies = new HashMap<>();
    private final Set<Long> open = new HashSet<>();

    /** Cookie by inode. */
    static Map<Long, Long> cookiesByInode() {
        return ask().cookies;
    }

    /**
     * Cookies of those that a process can still use: a descriptor is open, or on its way from one process to another, or
     * the connection is not accepted yet. The rest is the kernel's to bring to its end.
     */
    static Set<Long> openCookies() {
        return ask().open;
    }

    private static SocketDiag ask() {
        SocketDiag diag = new SocketDiag();
        LibcLibrary libc = LibcLibrary.INSTANCE;
        int socket = NativeCalls.checked(
                libc.socket(
                        LibcLibrary.AF_NETLINK,
                        LibcLibrary.SOCK_RAW | LibcLibrary.SOCK_CLOEXEC,
                        LibcLibrary.NETLINK_SOCK_DIAG),
                "open a netlink socket for sock_diag");
        try {
            for (int protocol : PROTOCOLS) {
                diag.dump(socket, LibcLibrary.AF_INET, protocol);
                diag.dump(socket, LibcLibrary.AF_INET6, protocol);
            }
        } finally {
            NativeCalls.close(socket);
        }
        return diag;
    }

    /** What was read so far. */
    Map<Long, Long> cookies() {
        return cookies;
    }

    Set<Long> open() {
        return open;
    }

    private void dump(int socket, int family, int protocol) {
        byte[] request = request(family, protocol);
        NativeCalls.checked(
                LibcLibrary.INSTANCE.send(socket, request, new size_t(request.length), 0), "ask sock_diag for sockets");
        try (Memory memory = new Memory(BUFFER_BYTES)) {
            ByteBuffer bytes = memory.getByteBuffer(0, BUFFER_BYTES).order(ByteOrder.nativeOrder());
            boolean more = true;
            while (more) {
                int length = (int) NativeCalls.checked(
                        LibcLibrary.INSTANCE.recv(socket, memory, new size_t(BUFFER_BYTES), 0), "read from sock_diag");
                more = parse(bytes, length);
            }
        }
    }

    /** struct nlmsghdr, then struct inet_diag_req_v2: family, protocol, extensions, padding, states, id. */
    static byte[] request(int family, int protocol) {
        ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder());
        request.putInt(REQUEST_BYTES)
                .putShort(SOCK_DIAG_BY_FAMILY)
                .putShort(NLM_F_REQUEST_DUMP)
                .putInt(1)
                .putInt(0)
                .put((byte) family)
                .put((byte) protocol)
                .put((byte) 0)
                .put((byte) 0)
                .putInt(ALL_STATES);
        return request.array();
    }

    /** @return whether more is to come */
    boolean parse(ByteBuffer bytes, int length) {
        int at = 0;
        while (at + NLMSG_HEADER_BYTES <= length) {
            int messageLength = bytes.getInt(at);
            short type = bytes.getShort(at + 4);
            if (type == NLMSG_DONE || messageLength < NLMSG_HEADER_BYTES || messageLength > length - at) {
                return false;
            }
            if (type == NLMSG_ERROR) {
                requireKnownProtocol(
                        messageLength < NLMSG_HEADER_BYTES + 4 ? 0 : -bytes.getInt(at + NLMSG_HEADER_BYTES));
                return false;
            }
            if (messageLength >= NLMSG_HEADER_BYTES + MESSAGE_BYTES) {
                long inode = bytes.getInt(at + NLMSG_HEADER_BYTES + INODE) & 0xffff_ffffL;
                // Two words of 32 bits, the lower first, on every architecture.
                long low = bytes.getInt(at + NLMSG_HEADER_BYTES + COOKIE) & 0xffff_ffffL;
                long high = bytes.getInt(at + NLMSG_HEADER_BYTES + COOKIE + 4) & 0xffff_ffffL;
                cookies.put(inode, high << 32 | low);
                if (inode != 0 || isUnaccepted(bytes.get(at + NLMSG_HEADER_BYTES + STATE))) {
                    open.add(high << 32 | low);
                }
            }
            at += (messageLength + 3) & ~3;
        }
        return true;
    }

    private static boolean isUnaccepted(int state) {
        return state == TCP_ESTABLISHED || state == TCP_SYN_RECV || state == TCP_CLOSE_WAIT;
    }

    /** A kernel without the protocol's module says ENOENT. */
    private static void requireKnownProtocol(int errno) {
        if (errno != 0 && errno != LibcLibrary.ENOENT) {
            HostException failure = NativeCalls.failure("ask sock_diag for sockets", errno);
            throw failure;
        }
    }
}
