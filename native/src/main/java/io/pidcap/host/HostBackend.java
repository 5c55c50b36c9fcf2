package io.pidcap.host;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;

/**
 * One operating system. All methods may be called from any thread; what they return has one owner thread, named in its
 * own contract. Nothing is opened before a method asks for it.
 */
public interface HostBackend {
    /**
     * Opens one interface for capture.
     *
     * @throws HostException naming the interface: unknown, down, no privilege, no libpcap, bad filter
     */
    PacketSource openPacketSource(PacketSourceConfig config);

    /**
     * The interfaces that the packet library offers, in its order.
     *
     * @throws HostException where the library is missing or refuses
     */
    List<InterfaceInfo> interfaces();

    /**
     * The interfaces that a capture on one of this name opens: that one, or those that make up {@code any} where the system
     * has no such device.
     *
     * @throws HostException {@code any} is nothing, or cannot be learnt
     */
    default List<String> interfacesOf(String interfaceName) {
        return List.of(interfaceName);
    }

    /**
     * Makes a source of flow events, not attached yet.
     *
     * @throws HostException where {@code config} asks for a source that this host does not have
     */
    FlowEventSource openFlowEventSource(FlowEventSourceConfig config);

    /** The socket tables now, without an event source; what cannot be read for want of privilege is left out. */
    SocketSnapshot socketSnapshot();

    /**
     * Begins to write down what the system tells of sockets and processes, byte for byte, into a new file.
     *
     * @throws HostException where this system has nothing of the kind, or the file cannot be made
     */
    default RawRecorder record(Path file) {
        throw new HostException(
                HostException.Code.NOT_SUPPORTED,
                "record what the system tells: only for Windows there are such recordings",
                "a session with --keep-all keeps its packets and its events");
    }

    /** Tries what the packet side needs (library, privilege); never throws. */
    List<HostFeature> probePacketFeatures();

    /**
     * Sends a packet through an interface and captures it there, as a session would; takes some seconds where it does
     * not arrive. Never throws.
     */
    HostFeature probeInterface(String interfaceName);

    /** Tries what the event side needs (tables, other users' processes, exact sources); never throws. */
    List<HostFeature> probeEventFeatures();

    /**
     * Gives up, for good, what is not needed once packet sources are open: the process becomes another user, who can create
     * segments in {@code directory} whoever owns the way there; the owner's group can read them. Of privileges no thread keeps
     * any but the calling one, which keeps what {@link PacketSource#prefilter} needs if the process was given that.
     *
     * @param userId of that user, and of the group; 0: the process stays who it is, and only the calling thread's
     *     privileges go
     * @return what became of it, for a log
     * @throws HostException it cannot become that user
     */
    default String dropPrivileges(Path directory, int userId) {
        return "this system has nothing to drop";
    }

    /** Gives up all privileges of the calling thread, for a thread that one with some has started. */
    default void dropThreadPrivileges() {}
}
