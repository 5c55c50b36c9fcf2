package io.pidcap.host.unsupported;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;

/** Refuses everything in words. */
public final class UnsupportedBackend implements HostBackend {
    private final String system;

    public UnsupportedBackend(String system) {
        this.system = system;
    }

    private HostException refusal(String operation) {
        return new HostException(
                HostException.Code.NOT_SUPPORTED,
                operation + ": pidcap has no backend for " + system,
                "use Linux, or add a backend (CONTRIBUTING.md)");
    }

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        throw refusal("open " + config.interfaceName() + " for capture");
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        throw refusal("list the interfaces");
    }

    @Override
    public FlowEventSource openFlowEventSource(FlowEventSourceConfig config) {
        throw refusal("watch flows");
    }

    @Override
    public SocketSnapshot socketSnapshot() {
        throw refusal("read the socket tables");
    }

    @Override
    public List<HostFeature> probePacketFeatures() {
        return List.of(notSupported("capture"));
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        return notSupported("probe " + interfaceName);
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        return List.of(notSupported("events"));
    }

    private HostFeature notSupported(String name) {
        return new HostFeature(name, HostFeature.Availability.UNAVAILABLE, "no backend for " + system, "use Linux");
    }
}
