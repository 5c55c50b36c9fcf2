package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.RequiredFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterfaceListTest {
    @Test
    void shouldTellAddressesAndFlagsWhenLoopbackIsListed() {
        InterfaceInfo lo = named("lo");
        assertThat(lo.loopback()).isTrue();
        assertThat(lo.up()).isTrue();
        assertThat(lo.addresses()).contains(new InterfaceInfo.Address(IpAddress.ofBytes(new byte[] {127, 0, 0, 1}), 8));
        assertThat(lo.addresses())
                .filteredOn(address -> address.address().equals(new IpAddress(0, 1)))
                .allMatch(address -> address.prefixLength() == 128);
    }

    @Test
    void shouldPutTheLinkTypeOfACaptureFirstWhenItMayOpenTheInterface() {
        RequiredFeature.requireRoot();
        assertThat(named("lo").linkTypes()).isEqualTo(List.of(LinkType.ETHERNET));
        assertThat(named("any").linkTypes()).isEqualTo(List.of(LinkType.LINUX_SLL2, LinkType.LINUX_SLL));
    }

    @Test
    void shouldCountTheLeadingOnesWhenTheNetmaskIsContiguous() {
        assertThat(InterfaceList.prefixLength(new byte[] {-1, -1, -16, 0})).isEqualTo(20);
        assertThat(InterfaceList.prefixLength(new byte[4])).isZero();
        assertThat(InterfaceList.prefixLength(new byte[] {-1, -1, -1, -1})).isEqualTo(32);
        assertThat(InterfaceList.prefixLength(new byte[] {-1, 0, -1, 0})).isEqualTo(-1);
    }

    private static InterfaceInfo named(String name) {
        return InterfaceList.read().stream()
                .filter(info -> info.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not listed"));
    }
}
