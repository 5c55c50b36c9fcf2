package io.pidcap.protocol.wire;

import static io.pidcap.protocol.wire.JournalSnapshotDecoder.require;

import com.google.protobuf.CodedInputStream;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.v1.ProcessIdentityMessage;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.v1.SocketStateValue;
import io.pidcap.protocol.v1.Tuple;
import io.pidcap.protocol.wire.JournalSnapshotDecoder.UnusualMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Socket} where its rules are kept and every part is there once. One thread. */
final class SocketDecoder {
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int MAX_PORT = 65535;
    private static final int MAX_PROTOCOL = 255;

    /** Those of the socket before: many sockets in a row have the same. */
    private List<ProcessIdentity> owner = List.of();

    private IpAddress local = IpAddress.ANY;

    /** Reads up to the limit of {@code in}. */
    SocketEntry decode(CodedInputStream in) throws IOException {
        long socketId = 0;
        long netnsId = 0;
        FiveTuple tuple = null;
        int state = 0;
        int ipVersion = 0;
        ProcessIdentity first = null;
        List<ProcessIdentity> several = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case Socket.SOCKET_ID_FIELD_NUMBER << 3 | FIXED64 -> socketId = in.readFixed64();
                case Socket.NETNS_ID_FIELD_NUMBER << 3 | FIXED64 -> netnsId = in.readFixed64();
                case Socket.TUPLE_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> {
                    require(tuple == null);
                    tuple = tuple(in);
                }
                case Socket.STATE_FIELD_NUMBER << 3 -> state = in.readEnum();
                case Socket.OWNERS_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> {
                    ProcessIdentity one = identity(in);
                    if (first == null) {
                        first = one;
                    } else {
                        several = several == null ? new ArrayList<>(List.of(first)) : several;
                        several.add(one);
                    }
                }
                case Socket.IP_VERSION_FIELD_NUMBER << 3 -> ipVersion = in.readUInt32();
                default -> throw new UnusualMessage();
            }
        }
        if (tuple == null) {
            throw new UnusualMessage();
        }
        require(socketId != 0 && (ipVersion == 0 || ipVersion == 4 || ipVersion == 6));
        return new SocketEntry(socketId, netnsId, tuple, state(state), owners(first, several), ipVersion);
    }

    private List<ProcessIdentity> owners(@Nullable ProcessIdentity first, @Nullable List<ProcessIdentity> several) {
        if (several != null) {
            return several;
        } else if (first == null) {
            return List.of();
        } else if (owner.isEmpty() || !owner.get(0).equals(first)) {
            owner = List.of(first);
        }
        return owner;
    }

    private static SocketState state(int number) throws UnusualMessage {
        return switch (number) {
            case SocketStateValue.SOCKET_STATE_VALUE_BOUND_VALUE -> SocketState.BOUND;
            case SocketStateValue.SOCKET_STATE_VALUE_LISTENING_VALUE -> SocketState.LISTENING;
            case SocketStateValue.SOCKET_STATE_VALUE_CONNECTED_VALUE -> SocketState.CONNECTED;
            default -> throw new UnusualMessage();
        };
    }

    private FiveTuple tuple(CodedInputStream in) throws IOException {
        int end = in.pushLimit(in.readRawVarint32());
        int protocol = 0;
        int localPort = 0;
        int remotePort = 0;
        IpAddress localAddress = IpAddress.ANY;
        IpAddress remoteAddress = IpAddress.ANY;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case Tuple.PROTOCOL_FIELD_NUMBER << 3 -> protocol = in.readUInt32();
                case Tuple.LOCAL_ADDRESS_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> localAddress = sameLocal(address(in));
                case Tuple.LOCAL_PORT_FIELD_NUMBER << 3 -> localPort = in.readUInt32();
                case Tuple.REMOTE_ADDRESS_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> remoteAddress = address(in);
                case Tuple.REMOTE_PORT_FIELD_NUMBER << 3 -> remotePort = in.readUInt32();
                default -> throw new UnusualMessage();
            }
        }
        in.popLimit(end);
        require(isIn(protocol, MAX_PROTOCOL) && isIn(localPort, MAX_PORT) && isIn(remotePort, MAX_PORT));
        return new FiveTuple(protocol, new Endpoint(localAddress, localPort), new Endpoint(remoteAddress, remotePort));
    }

    private IpAddress sameLocal(IpAddress address) {
        if (!address.equals(local)) {
            local = address;
        }
        return local;
    }

    private static IpAddress address(CodedInputStream in) throws IOException {
        return switch (in.readRawVarint32()) {
            case 0 -> IpAddress.ANY;
            case 4 -> IpAddress.ofIpv4(Integer.reverseBytes(in.readRawLittleEndian32()));
            case 16 -> {
                long high = Long.reverseBytes(in.readRawLittleEndian64());
                yield new IpAddress(high, Long.reverseBytes(in.readRawLittleEndian64()));
            }
            default -> throw new UnusualMessage();
        };
    }

    private static ProcessIdentity identity(CodedInputStream in) throws IOException {
        int end = in.pushLimit(in.readRawVarint32());
        int pid = 0;
        long startNanos = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProcessIdentityMessage.PID_FIELD_NUMBER << 3 -> pid = in.readUInt32();
                case ProcessIdentityMessage.START_NANOS_FIELD_NUMBER << 3 -> startNanos = in.readSInt64();
                default -> throw new UnusualMessage();
            }
        }
        in.popLimit(end);
        require(pid > 0);
        return new ProcessIdentity(pid, startNanos);
    }

    private static boolean isIn(int value, int max) {
        return value >= 0 && value <= max;
    }
}
