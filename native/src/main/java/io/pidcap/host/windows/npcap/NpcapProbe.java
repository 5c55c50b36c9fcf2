package io.pidcap.host.windows.npcap;

import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.pcap.PcapPacketSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;

/** Opens an interface as a session would. No packet is sent: nobody knows yet whether Npcap would hand it back. */
public final class NpcapProbe {
    private static final int SNAPLEN = 1024;
    private static final int BUFFER_BYTES = 2 << 20;

    private NpcapProbe() {}

    /** @see io.pidcap.host.HostBackend#probeInterface */
    public static HostFeature run(String interfaceName) {
        String feature = "probe " + interfaceName;
        PacketSourceConfig config = new PacketSourceConfig(interfaceName, SNAPLEN, false, BUFFER_BYTES, "");
        try (PacketSource source = PcapPacketSource.open(Npcap.INSTANCE, config)) {
            String detail = "opened " + Npcap.INSTANCE.deviceName(interfaceName) + ", link type " + source.linkType()
                    + "; whether packets come was not tried";
            return new HostFeature(feature, Availability.AVAILABLE, detail, "");
        } catch (HostException e) {
            return new HostFeature(feature, Availability.UNAVAILABLE, e.getMessage(), e.hint());
        }
    }
}
