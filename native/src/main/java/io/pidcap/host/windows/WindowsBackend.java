package io.pidcap.host.windows;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.RawRecorder;
import io.pidcap.host.windows.record.WindowsRecorder;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;

/** Windows: sockets, processes and their events by {@link WindowsEvents}; packets not yet. */
public final class WindowsBackend implements HostBackend {
    private static final String REMEDY = "capture on Linux; `pidcap ports` and `pidcap doctor` work here";

    private final WindowsEvents events = new WindowsEvents();

    private static HostException noPackets(String operation) {
        return new HostException(
                HostException.Code.NOT_SUPPORTED, operation + ": pidcap cannot capture on Windows yet", REMEDY);
    }

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        throw noPackets("open " + config.interfaceName() + " for capture");
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        throw noPackets("list the interfaces");
    }

    @Override
    public FlowEventSource openFlowEventSource(FlowEventSourceConfig config) {
        return events.openSource(config);
    }

    @Override
    public RawRecorder record(Path file) {
        return new WindowsRecorder(file);
    }

    @Override
    public SocketSnapshot socketSnapshot() {
        return events.snapshot();
    }

    @Override
    public List<HostFeature> probePacketFeatures() {
        return List.of(unavailable("capture"));
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        return unavailable("probe " + interfaceName);
    }

    private static HostFeature unavailable(String name) {
        return new HostFeature(
                name, HostFeature.Availability.UNAVAILABLE, "pidcap cannot capture on Windows yet", REMEDY);
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        return events.probe();
    }
}
