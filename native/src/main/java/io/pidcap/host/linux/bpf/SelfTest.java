package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a socket and looks for its records, right after the programs were attached: that they tell of us, by the pid and
 * in the time that we know.
 *
 * @param netnsCookie our own network namespace, as the records name it
 */
record SelfTest(long netnsCookie) {
    /** A record of someone else's that is not written to its end yet hides those behind it: for microseconds. */
    private static final int ATTEMPTS = 20;

    private static final long PAUSE_NANOS = 1_000_000;

    /** struct sockaddr_in of 127.0.0.1, port 0: family in the host's order, port and address in the network's. */
    private static byte[] loopback() {
        ByteBuffer address = ByteBuffer.allocate(16).order(java.nio.ByteOrder.nativeOrder());
        address.putShort((short) LibcLibrary.AF_INET).putShort((short) 0);
        address.put(new byte[] {127, 0, 0, 1});
        return address.array();
    }

    /** @throws HostException saying what is wrong */
    static SelfTest run(BpfRingBuffer ring) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long beforeNanos = System.nanoTime();
            Finder finder = look(ring);
            if (finder.hasFound()) {
                return finder.judge(beforeNanos, System.nanoTime());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw broken("the programs are attached but saw nothing of a socket of this process", "");
    }

    private static Finder look(BpfRingBuffer ring) {
        LibcLibrary libc = LibcLibrary.INSTANCE;
        int socket = NativeCalls.checked(
                libc.socket(LibcLibrary.AF_INET, LibcLibrary.SOCK_DGRAM | LibcLibrary.SOCK_CLOEXEC, 0),
                "make a socket");
        Finder finder;
        try {
            finder = new Finder(NetworkNamespace.option(socket, LibcLibrary.SO_COOKIE, "read a socket's cookie"));
            byte[] address = loopback();
            NativeCalls.checked(libc.bind(socket, address, address.length), "bind a socket to 127.0.0.1");
        } finally {
            NativeCalls.close(socket);
        }
        ring.peek(ring.producerPosition(), finder);
        return finder;
    }

    private static HostException broken(String what, String hint) {
        return new HostException(HostException.Code.NOT_SUPPORTED, "watch flows by eBPF: " + what, hint);
    }

    private static final class Finder implements BpfRingBuffer.Visitor {
        private final long cookie;
        private int pid;
        private long timeNanos;
        private long netnsCookie;

        Finder(long cookie) {
            this.cookie = cookie;
        }

        @Override
        public void record(ByteBuffer bytes, int at, int length) {
            if (FlowRecordLayout.isWhole(bytes, at, length)
                    && bytes.getInt(at + FlowRecordLayout.KIND) == FlowRecordLayout.SOCKET_OPENED
                    && bytes.getLong(at + FlowRecordLayout.COOKIE) == cookie) {
                pid = bytes.getInt(at + FlowRecordLayout.TGID);
                timeNanos = bytes.getLong(at + FlowRecordLayout.TIME_NS);
                netnsCookie = bytes.getLong(at + FlowRecordLayout.NETNS_COOKIE);
            }
        }

        boolean hasFound() {
            return pid != 0;
        }

        SelfTest judge(long fromNanos, long untilNanos) {
            long ownPid = ProcessHandle.current().pid();
            if (pid != ownPid) {
                throw broken(
                        "the programs know this process as pid " + pid + " and /proc as pid " + ownPid,
                        "run pidcap outside the container, in the host's pid namespace");
            }
            if (timeNanos < fromNanos || timeNanos > untilNanos) {
                throw broken(
                        "the programs' clock differs from this process's by " + (timeNanos - fromNanos) + " ns",
                        "run pidcap outside the time namespace");
            }
            return new SelfTest(netnsCookie);
        }
    }
}
