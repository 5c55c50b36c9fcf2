package io.pidcap.coordinator.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.LinkType;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputInterfacesTest {
    private static InterfaceDescription of(String name, LinkType linkType) {
        return new InterfaceDescription(name, linkType, 262144, "");
    }

    @Test
    void shouldRefusePcapOnlyWhenLinkTypesDiffer() {
        InterfaceDescription lo = of("lo", LinkType.ETHERNET);
        InterfaceDescription eth0 = of("eth0", LinkType.ETHERNET);
        InterfaceDescription tun0 = of("tun0", LinkType.RAW);
        assertThat(OutputInterfaces.pcapRefusal(List.of(lo, eth0))).isEmpty();
        assertThat(OutputInterfaces.pcapRefusal(List.of(lo, tun0, eth0)))
                .contains("a pcap file holds packets of one link type, and these interfaces have EN10MB (lo, eth0), "
                        + "RAW (tun0): write to a .pcapng file, or capture on `any`");
    }
}
