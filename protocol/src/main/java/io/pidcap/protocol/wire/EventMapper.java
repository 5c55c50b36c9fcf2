package io.pidcap.protocol.wire;

import com.google.protobuf.ByteString;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.v1.FlowEventKind;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.FlowGapMessage;
import io.pidcap.protocol.v1.LocalAddressMessage;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.ProcessIdentityMessage;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.v1.SocketStateValue;
import io.pidcap.protocol.v1.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries of events.proto to model and back; a field that breaks its rules is a {@link ProtocolException} naming
 * it. Whole snapshots and batches: {@link SnapshotSplitter}, {@link SnapshotAssembler}, {@link FlowBatchSplitter},
 * {@link FlowBatchAssembler}.
 */
public final class EventMapper {
    private EventMapper() {}

    public static ObservedTimeMessage toMessage(ObservedTime time) {
        return ObservedTimeMessage.newBuilder()
                .setMonotonicNanos(time.monotonicNanos())
                .setEpochNanos(time.epochNanos())
                .build();
    }

    public static ObservedTime toModel(ObservedTimeMessage message) {
        return new ObservedTime(message.getMonotonicNanos(), message.getEpochNanos());
    }

    static FlowGapMessage toMessage(FlowGap gap) {
        return FlowGapMessage.newBuilder()
                .setFrom(toMessage(gap.from()))
                .setUntil(toMessage(gap.until()))
                .build();
    }

    static FlowGap toModel(FlowGapMessage message) {
        MessageChecks.require(message.hasFrom() && message.hasUntil(), "FlowGapMessage", "has no beginning or no end");
        return new FlowGap(toModel(message.getFrom()), toModel(message.getUntil()));
    }

    public static ProcessIdentityMessage toMessage(ProcessIdentity identity) {
        return ProcessIdentityMessage.newBuilder()
                .setPid(identity.pid())
                .setStartNanos(identity.startNanos())
                .build();
    }

    public static ProcessIdentity toModel(ProcessIdentityMessage message) {
        if (message.getPid() <= 0) {
            throw MessageChecks.wrong(
                    "ProcessIdentityMessage.pid",
                    Integer.toUnsignedString(message.getPid()) + " is not a process number");
        }
        return new ProcessIdentity(message.getPid(), message.getStartNanos());
    }

    /** Arguments beyond {@link PipeLimits#MAX_ARGUMENT_BYTES} are cut. */
    public static Process toMessage(ProcessInfo info) {
        Process.Builder message = Process.newBuilder()
                .setIdentity(toMessage(info.identity()))
                .setParentPid(info.parentPid())
                .setName(info.name())
                .setComm(info.comm())
                .setUserId(info.userId());
        ObservedTime ownProgramSince = info.ownProgramSince();
        if (ownProgramSince != null) {
            message.setOwnProgramSinceEpochNanos(ownProgramSince.epochNanos())
                    .setOwnProgramSinceMonotonicNanos(ownProgramSince.monotonicNanos());
        }
        if (info.changedSince() != null) {
            message.setChangedSince(toMessage(info.changedSince()));
        }
        if (info.executable() != null) {
            message.setExecutable(info.executable());
        }
        addArguments(message, info.arguments());
        return message.build();
    }

    private static void addArguments(Process.Builder message, List<String> arguments) {
        int left = PipeLimits.MAX_ARGUMENT_BYTES;
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
            left -= bytes.length + 1;
            if (left < 0) {
                return;
            }
            message.addArguments(argument);
        }
    }

    public static ProcessInfo toModel(Process message) {
        MessageChecks.require(message.hasIdentity(), "Process.identity", "is absent");
        return new ProcessInfo(
                toModel(message.getIdentity()),
                MessageChecks.unsigned(message.getParentPid(), Integer.MAX_VALUE, "Process.parent_pid"),
                message.getName(),
                message.getComm(),
                message.hasExecutable() ? message.getExecutable() : null,
                message.getArgumentsList(),
                message.getUserId(),
                ownProgramSince(message),
                message.hasChangedSince() ? toModel(message.getChangedSince()) : null);
    }

    private static @Nullable ObservedTime ownProgramSince(Process message) {
        return message.hasOwnProgramSinceMonotonicNanos()
                ? new ObservedTime(message.getOwnProgramSinceMonotonicNanos(), message.getOwnProgramSinceEpochNanos())
                : null;
    }

    public static Tuple toMessage(FiveTuple tuple) {
        return Tuple.newBuilder()
                .setProtocol(tuple.protocol())
                .setLocalAddress(MessageChecks.bytesOrNone(tuple.local().address()))
                .setLocalPort(tuple.local().port())
                .setRemoteAddress(MessageChecks.bytesOrNone(tuple.remote().address()))
                .setRemotePort(tuple.remote().port())
                .build();
    }

    public static FiveTuple toModel(Tuple message) {
        ByteString local = message.getLocalAddress();
        ByteString remote = message.getRemoteAddress();
        return new FiveTuple(
                MessageChecks.unsigned(message.getProtocol(), 255, "Tuple.protocol"),
                MessageChecks.endpoint(local, message.getLocalPort(), "Tuple.local_address", "Tuple.local_port"),
                MessageChecks.endpoint(remote, message.getRemotePort(), "Tuple.remote_address", "Tuple.remote_port"));
    }

    public static Socket toMessage(SocketEntry entry) {
        return socketBuilder(entry).build();
    }

    static Socket.Builder socketBuilder(SocketEntry entry) {
        Socket.Builder message = Socket.newBuilder()
                .setSocketId(entry.socketId())
                .setNetnsId(entry.netnsId())
                .setTuple(toMessage(entry.tuple()))
                .setState(toMessage(entry.state()))
                .setIpVersion(entry.ipVersion());
        for (ProcessIdentity owner : entry.owners()) {
            message.addOwners(toMessage(owner));
        }
        return message;
    }

    public static SocketEntry toModel(Socket message) {
        MessageChecks.require(message.getSocketId() != 0, "Socket.socket_id", "is 0");
        MessageChecks.require(message.hasTuple(), "Socket.tuple", "is absent");
        int ipVersion = message.getIpVersion();
        if (ipVersion != 0 && ipVersion != 4 && ipVersion != 6) {
            throw MessageChecks.wrong("Socket.ip_version", Integer.toUnsignedString(ipVersion) + " is not known");
        }
        return new SocketEntry(
                message.getSocketId(),
                message.getNetnsId(),
                toModel(message.getTuple()),
                state(message.getState(), message.getStateValue(), "Socket.state"),
                owners(message),
                ipVersion);
    }

    /** There are a hundred thousand sockets, and nearly all of them have one owner. */
    private static List<ProcessIdentity> owners(Socket message) {
        int count = message.getOwnersCount();
        if (count == 1) {
            return List.of(toModel(message.getOwners(0)));
        }
        List<ProcessIdentity> owners = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            owners.add(toModel(message.getOwners(i)));
        }
        return owners;
    }

    public static LocalAddressMessage toMessage(LocalAddress address) {
        return LocalAddressMessage.newBuilder()
                .setNetnsId(address.netnsId())
                .setAddress(MessageChecks.bytes(address.address()))
                .build();
    }

    public static LocalAddress toModel(LocalAddressMessage message) {
        return new LocalAddress(
                message.getNetnsId(), MessageChecks.address(message.getAddress(), "LocalAddressMessage.address"));
    }

    public static FlowEventMessage toMessage(FlowEvent event) {
        return FlowEventMessage.newBuilder()
                .setKind(
                        switch (event.kind()) {
                            case OPENED -> FlowEventKind.FLOW_EVENT_KIND_OPENED;
                            case OWNER_JOINED -> FlowEventKind.FLOW_EVENT_KIND_OWNER_JOINED;
                            case OWNER_LEFT -> FlowEventKind.FLOW_EVENT_KIND_OWNER_LEFT;
                            case CLOSED -> FlowEventKind.FLOW_EVENT_KIND_CLOSED;
                        })
                .setObserved(toMessage(event.observed()))
                .setSocketId(event.socketId())
                .setNetnsId(event.netnsId())
                .setTuple(toMessage(event.tuple()))
                .setState(toMessage(event.state()))
                .setOwner(toMessage(event.owner()))
                .build();
    }

    public static FlowEvent toModel(FlowEventMessage message) {
        MessageChecks.require(message.hasObserved(), "FlowEventMessage.observed", "is absent");
        MessageChecks.require(message.getSocketId() != 0, "FlowEventMessage.socket_id", "is 0");
        MessageChecks.require(message.hasTuple(), "FlowEventMessage.tuple", "is absent");
        MessageChecks.require(message.hasOwner(), "FlowEventMessage.owner", "is absent");
        return new FlowEvent(
                switch (message.getKind()) {
                    case FLOW_EVENT_KIND_OPENED -> FlowEvent.Kind.OPENED;
                    case FLOW_EVENT_KIND_OWNER_JOINED -> FlowEvent.Kind.OWNER_JOINED;
                    case FLOW_EVENT_KIND_OWNER_LEFT -> FlowEvent.Kind.OWNER_LEFT;
                    case FLOW_EVENT_KIND_CLOSED -> FlowEvent.Kind.CLOSED;
                    case FLOW_EVENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
                        throw new ProtocolException(
                                "FlowEventMessage.kind " + message.getKindValue() + " is not known");
                },
                toModel(message.getObserved()),
                message.getSocketId(),
                message.getNetnsId(),
                toModel(message.getTuple()),
                state(message.getState(), message.getStateValue(), "FlowEventMessage.state"),
                toModel(message.getOwner()));
    }

    private static SocketStateValue toMessage(SocketState state) {
        return switch (state) {
            case BOUND -> SocketStateValue.SOCKET_STATE_VALUE_BOUND;
            case LISTENING -> SocketStateValue.SOCKET_STATE_VALUE_LISTENING;
            case CONNECTED -> SocketStateValue.SOCKET_STATE_VALUE_CONNECTED;
        };
    }

    private static SocketState state(SocketStateValue state, int number, String field) {
        return switch (state) {
            case SOCKET_STATE_VALUE_BOUND -> SocketState.BOUND;
            case SOCKET_STATE_VALUE_LISTENING -> SocketState.LISTENING;
            case SOCKET_STATE_VALUE_CONNECTED -> SocketState.CONNECTED;
            case SOCKET_STATE_VALUE_UNSPECIFIED, UNRECOGNIZED ->
                throw new ProtocolException(field + " " + number + " is not known");
        };
    }
}
