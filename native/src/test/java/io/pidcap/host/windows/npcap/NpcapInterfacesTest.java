package io.pidcap.host.windows.npcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.pcap.PcapFeatures;
import io.pidcap.host.windows.StandIns;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On stand-ins for wpcap.dll and iphlpapi.dll. */
class NpcapInterfacesTest {
    private static final String ETHERNET = "{11111111-2222-3333-4444-555555555555}";
    private static final String WIFI = "{AAAAAAAA-2222-3333-4444-555555555555}";
    private static final String UNUSED = "{BBBBBBBB-2222-3333-4444-555555555555}";

    private final StandIns windows = StandIns.inThisJvm();

    @BeforeEach
    void listAdapters() {
        windows.adapter(ETHERNET, "Ethernet", true, "10.0.0.2/24,fe80::1/64", "Intel(R) Ethernet I219-V");
        windows.adapter(WIFI, "Беспроводная сеть", false, "10.0.1.2/24", "Qualcomm™ Wi-Fi");
        windows.adapter(UNUSED, "vEthernet (Default)", true, "", "");
        windows.loopback();
    }

    @Test
    void shouldHaveTheNamesAndAddressesThatPeopleKnow() throws UnknownHostException {
        List<InterfaceInfo> interfaces = NpcapInterfaces.read();
        assertThat(interfaces)
                .extracting(InterfaceInfo::name)
                .containsExactly("Ethernet", "Беспроводная сеть", "vEthernet (Default)", "Loopback");
        InterfaceInfo ethernet = interfaces.get(0);
        assertThat(ethernet.description()).isEqualTo("Intel(R) Ethernet I219-V");
        assertThat(ethernet.addresses()).containsExactly(address("10.0.0.2", 24), address("fe80::1", 64));
        assertThat(ethernet.linkTypes()).containsExactly(LinkType.ETHERNET, new LinkType(143));
        assertThat(interfaces.get(1).description()).isEqualTo("Qualcomm™ Wi-Fi");
        assertThat(interfaces.get(1).running()).isFalse();
        InterfaceInfo loopback = interfaces.get(3);
        assertThat(loopback.loopback()).isTrue();
        assertThat(loopback.linkTypes()).containsExactly(LinkType.NULL);
        assertThat(loopback.addresses()).containsExactly(address("127.0.0.1", 8), address("::1", 128));
    }

    private static InterfaceInfo.Address address(String text, int prefixLength) throws UnknownHostException {
        return new InterfaceInfo.Address(
                IpAddress.ofBytes(InetAddress.getByName(text).getAddress()), prefixLength);
    }

    @Test
    void shouldFindADeviceByEveryNameOfIt() {
        String device = "\\Device\\NPF_" + ETHERNET;
        assertThat(NpcapInterfaces.deviceOf("Ethernet")).isEqualTo(device);
        assertThat(NpcapInterfaces.deviceOf("eTHERNET")).isEqualTo(device);
        assertThat(NpcapInterfaces.deviceOf(device)).isEqualTo(device);
        assertThat(NpcapInterfaces.deviceOf("беспроводная СЕТЬ")).isEqualTo("\\Device\\NPF_" + WIFI);
        assertThat(NpcapInterfaces.deviceOf("loopback")).isEqualTo("\\Device\\NPF_Loopback");
        assertThat(NpcapInterfaces.deviceOf("Loopback Pseudo-Interface 1")).isEqualTo("\\Device\\NPF_Loopback");
    }

    @Test
    void shouldTakeForAnyAllWhereAProcessCanHavePackets() {
        assertThat(NpcapInterfaces.named("any")).containsExactly("Ethernet", "Loopback");
        assertThat(NpcapInterfaces.named("Ethernet")).containsExactly("Ethernet");
        windows.clear();
        assertThatThrownBy(() -> NpcapInterfaces.named("any"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("no interface of Npcap's is up");
    }

    @Test
    void shouldReadAListThatIsLongerThanTheFirstBuffer() {
        IntStream.range(0, 300)
                .forEach(i -> windows.adapter(
                        String.format("{%08X-0000-0000-0000-000000000000}", i), "Adapter " + i, false, "", "x"));
        assertThat(NpcapInterfaces.deviceOf("Adapter 299")).contains("0000012B");
    }

    @Test
    void shouldSayWhyThereIsNoList() {
        windows.set("pcap_findalldevs", 1);
        assertThatThrownBy(NpcapInterfaces::read)
                .hasMessage("list the interfaces (pcap_findalldevs): PacketGetAdapterNames: Zugriff verweigert für"
                        + " Schlüssel");
        windows.set("GetAdaptersAddresses", 5);
        assertThatThrownBy(NpcapInterfaces::read)
                .hasMessage("list the network adapters (GetAdaptersAddresses): Access is denied. (5)");
    }

    @Test
    void shouldTellFromTryingWhatNpcapCanDo() {
        List<HostFeature> features = PcapFeatures.probe(Npcap.INSTANCE, () -> NpcapInterfaces.named("any"));
        assertThat(features)
                .extracting(HostFeature::availability)
                .containsExactly(Availability.AVAILABLE, Availability.AVAILABLE, Availability.UNAVAILABLE);
        assertThat(features.get(0).detail()).contains("stand-in for Npcap version 1.79", "found as ", "wpcap");
        assertThat(NpcapProbe.run("Ethernet").detail())
                .isEqualTo(
                        "opened \\Device\\NPF_" + ETHERNET + ", link type EN10MB; whether packets come was not tried");
        windows.set("pcap_activate", -8);
        assertThat(NpcapProbe.run("Ethernet").remedy()).contains("run pidcap as administrator");
        assertThat(PcapFeatures.probe(Npcap.INSTANCE, () -> NpcapInterfaces.named("any")))
                .extracting(HostFeature::availability)
                .containsExactly(Availability.AVAILABLE, Availability.UNAVAILABLE, Availability.UNKNOWN);
    }
}
