package io.pidcap.capture;

import io.pidcap.host.FakePacketSource;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A host with the interfaces that a test gives it. */
final class FakeHost implements HostBackend {
    private final Map<String, FakePacketSource> sources = new ConcurrentHashMap<>();

    /** Makes {@code name} known and returns its source. */
    FakePacketSource add(String name) {
        FakePacketSource source = new FakePacketSource();
        sources.put(name, source);
        return source;
    }

    @Override
    public PacketSource openPacketSource(PacketSourceConfig config) {
        FakePacketSource source = sources.get(config.interfaceName());
        if (source == null) {
            throw new HostException(
                    HostException.Code.NO_SUCH_INTERFACE, "open " + config.interfaceName() + ": no", "try another");
        }
        return source;
    }

    @Override
    public List<InterfaceInfo> interfaces() {
        return sources.keySet().stream()
                .sorted()
                .map(name ->
                        new InterfaceInfo(name, "a fake", List.of(), List.of(LinkType.ETHERNET), true, true, false))
                .toList();
    }

    @Override
    public List<HostFeature> probePacketFeatures() {
        return List.of(new HostFeature("capture", HostFeature.Availability.AVAILABLE, "it is a fake", ""));
    }

    @Override
    public FlowEventSource openFlowEventSource(FlowEventSourceConfig config) {
        throw new UnsupportedOperationException("not the capture-worker's");
    }

    @Override
    public SocketSnapshot socketSnapshot() {
        throw new UnsupportedOperationException("not the capture-worker's");
    }

    @Override
    public HostFeature probeInterface(String interfaceName) {
        return new HostFeature("probe " + interfaceName, HostFeature.Availability.AVAILABLE, "fake", "");
    }

    @Override
    public List<HostFeature> probeEventFeatures() {
        throw new UnsupportedOperationException("not the capture-worker's");
    }
}
