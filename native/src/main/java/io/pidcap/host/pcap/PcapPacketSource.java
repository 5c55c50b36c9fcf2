package io.pidcap.host.pcap;

import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;

public final class PcapPacketSource {
    private PcapPacketSource() {}

    public static PacketSource open(PacketSourceConfig config) {
        throw new UnsupportedOperationException();
    }
}
