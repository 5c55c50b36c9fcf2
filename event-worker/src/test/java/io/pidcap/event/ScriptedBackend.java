package io.pidcap.event;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.ScriptedFlowEventSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;

/** A host with a scripted source that has no eBPF. */
final class ScriptedBackend implements HostBackend {
    final ScriptedFlowEventSource source = new ScriptedFlowEventSource();

    @Override
    public FlowEventSource openFlowEventSource(FlowEventSourceConfig config) {
        if (config.choice() == FlowEventSourceConfig.Choice.EBPF) {
            throw new HostException(HostException.Code.NOT_SUPPORTED, "no eBPF here", "ask for another source");
        }
        return source;
    }

    @Override
    public SocketSnapshot socketSnapshot() {
        return new SocketSnapshot(new ObservedTime(1, 2), 3, List.of(), List.of(), List.of());
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        return List.of(new HostFeature("scripted", HostFeature.Availability.AVAILABLE, "a test", ""));
    }

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        throw new UnsupportedOperationException("an event-worker opens no packet source");
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        throw new UnsupportedOperationException("an event-worker lists no interfaces");
    }

    @Override
    public List<HostFeature> probePacketFeatures() {
        throw new UnsupportedOperationException("an event-worker probes no packet features");
    }
}
