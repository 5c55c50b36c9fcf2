package io.pidcap.host.windows;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.RawRecorder;
import io.pidcap.host.pcap.PcapFeatures;
import io.pidcap.host.pcap.PcapPacketSource;
import io.pidcap.host.windows.npcap.Npcap;
import io.pidcap.host.windows.npcap.NpcapInterfaces;
import io.pidcap.host.windows.npcap.NpcapProbe;
import io.pidcap.host.windows.record.WindowsRecorder;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;

/** Windows: packets by Npcap; sockets, processes and their events by {@link WindowsEvents}. */
public final class WindowsBackend implements HostBackend {
    private final WindowsEvents events = new WindowsEvents();

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        return PcapPacketSource.open(Npcap.INSTANCE, config);
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        return NpcapInterfaces.read();
    }

    @Override
    public List<String> interfacesOf(String interfaceName) {
        return NpcapInterfaces.named(interfaceName);
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
        return PcapFeatures.probe(Npcap.INSTANCE, () -> NpcapInterfaces.named("any"));
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        return NpcapProbe.run(interfaceName);
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        return events.probe();
    }
}
