package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the kernel's iterator over all descriptors ({@code held_sockets.bpf.c}): no join by inode, nothing left out. */
final class IteratorSurvey implements SocketSurvey {
    private static final String PROGRAM = "list_held_socket";
    private static final int BUFFER_BYTES = 1 << 16;

    /* include/net/tcp_states.h */
    private static final int TCP_CLOSE = 7;
    private static final int TCP_LISTEN = 10;

    private final BpfObject object;

    private IteratorSurvey(BpfObject object) {
        this.object = object;
    }

    /** @throws io.pidcap.host.HostException where the kernel does not have it */
    static IteratorSurvey open(LibBpf bpf) {
        BpfObject object = BpfObject.open(bpf, "held_sockets");
        try {
            object.load();
            object.attach(PROGRAM);
            return new IteratorSurvey(object);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    @Override
    public List<HeldSocket> survey() {
        return survey(Integer.MAX_VALUE);
    }

    /** The same, ended once that many are listed. */
    List<HeldSocket> survey(int enough) {
        int descriptor = NativeCalls.checked(
                LibBpf.get().library().bpf_iter_create(object.linkDescriptor(PROGRAM)), "list sockets");
        try (Memory memory = new Memory(BUFFER_BYTES)) {
            ByteBuffer bytes = memory.getByteBuffer(0, BUFFER_BYTES).order(ByteOrder.nativeOrder());
            List<HeldSocket> held = new ArrayList<>();
            int filled = 0;
            int count = read(descriptor, memory, filled);
            while (count > 0 && held.size() < enough) {
                filled += count;
                int whole = filled - filled % FlowRecordLayout.HELD_SOCKET_BYTES;
                for (int at = 0; at < whole; at += FlowRecordLayout.HELD_SOCKET_BYTES) {
                    held.add(decode(bytes, at));
                }
                // A read may end inside a record.
                bytes.limit(filled).position(whole);
                bytes.compact().clear();
                filled -= whole;
                count = read(descriptor, memory, filled);
            }
            return held;
        } finally {
            NativeCalls.close(descriptor);
        }
    }

    private static int read(int descriptor, Memory memory, int from) {
        return (int) NativeCalls.checked(
                LibcLibrary.INSTANCE.read(descriptor, memory.share(from), new size_t(BUFFER_BYTES - from)),
                "list sockets");
    }

    static HeldSocket decode(ByteBuffer bytes, int at) {
        int protocol = bytes.get(at + FlowRecordLayout.HELD_PROTOCOL) & 0xff;
        boolean isRaw = bytes.getShort(at + FlowRecordLayout.HELD_TYPE) == LibcLibrary.SOCK_RAW;
        int kernelState = bytes.get(at + FlowRecordLayout.HELD_STATE);
        Endpoint local = FlowRecordLayout.endpoint(
                bytes, at + FlowRecordLayout.HELD_LOCAL_ADDRESS, at + FlowRecordLayout.HELD_LOCAL_PORT);
        Endpoint remote = FlowRecordLayout.endpoint(
                bytes, at + FlowRecordLayout.HELD_REMOTE_ADDRESS, at + FlowRecordLayout.HELD_REMOTE_PORT);
        SocketState state = isRaw ? null : state(protocol, kernelState, local, remote);
        return new HeldSocket(
                bytes.getLong(at + FlowRecordLayout.HELD_COOKIE),
                bytes.getLong(at + FlowRecordLayout.HELD_NETNS_COOKIE),
                bytes.getInt(at + FlowRecordLayout.HELD_TGID),
                isRaw,
                new FiveTuple(protocol, local, state == SocketState.CONNECTED ? remote : Endpoint.NONE),
                state);
    }

    private static @Nullable SocketState state(int protocol, int kernelState, Endpoint local, Endpoint remote) {
        if (local.port() == 0) {
            return null;
        }
        if (protocol == TransportProtocol.TCP) {
            return switch (kernelState) {
                case TCP_LISTEN -> SocketState.LISTENING;
                // One whose connection has ended keeps its ends, which are not its own any more.
                case TCP_CLOSE -> remote.isNone() ? SocketState.BOUND : null;
                default -> SocketState.CONNECTED;
            };
        }
        return remote.isNone() ? SocketState.BOUND : SocketState.CONNECTED;
    }

    @Override
    public String limit() {
        return "";
    }

    @Override
    public void close() {
        object.close();
    }
}
