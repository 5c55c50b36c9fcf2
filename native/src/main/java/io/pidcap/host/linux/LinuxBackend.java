package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.pcap.HeldDirectory;
import io.pidcap.host.pcap.InterfaceList;
import io.pidcap.host.pcap.InterfaceProbe;
import io.pidcap.host.pcap.LibPcap;
import io.pidcap.host.pcap.PcapFeatures;
import io.pidcap.host.pcap.PcapPacketSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;

/** Linux: packets by libpcap, the rest by {@link LinuxEvents}. */
public final class LinuxBackend implements HostBackend {
    private final LinuxEvents events = new LinuxEvents();
    private final HeldDirectory segments = new HeldDirectory();

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        return PcapPacketSource.open(LibPcap.INSTANCE, config, segments);
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        return InterfaceList.read();
    }

    @Override
    public FlowEventSource openFlowEventSource(FlowEventSourceConfig config) {
        return events.openSource(config);
    }

    @Override
    public SocketSnapshot socketSnapshot() {
        return events.snapshot();
    }

    @Override
    public List<HostFeature> probePacketFeatures() {
        return PcapFeatures.probe(LibPcap.INSTANCE, () -> List.of("any", "lo"));
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        return InterfaceProbe.run(interfaceName);
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        return events.probe();
    }

    @Override
    public String dropPrivileges(Path directory, int userId) {
        return Privileges.drop(directory, userId, segments);
    }

    @Override
    public void dropThreadPrivileges() {
        Privileges.keepInThread(0);
    }
}
