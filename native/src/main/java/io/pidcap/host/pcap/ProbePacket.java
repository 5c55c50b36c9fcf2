package io.pidcap.host.pcap;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.pcap4j.core.PcapAddress;
import org.pcap4j.core.PcapNetworkInterface;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.UdpPort;
import org.pcap4j.util.LinkLayerAddress;
import org.pcap4j.util.MacAddress;

/** A UDP packet from this host's own address to itself, port 9 (discard): nobody answers it, no switch passes it on. */
final class ProbePacket {
    static final int DISCARD_PORT = 9;

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    /** Of a device without an address of its own: for documentation only (RFC 5737), so nobody's. */
    private static final byte[] NOBODY = {(byte) 192, 0, 2, 1};

    private static final byte TIME_TO_LIVE = 1;

    private ProbePacket() {}

    /**
     * @param ethernet false: without a frame around the IP packet
     * @param marker the last bytes of it
     */
    static Packet build(PcapNetworkInterface device, boolean ethernet, byte[] marker) {
        Inet4Address address = address(device);
        UdpPort port = UdpPort.getInstance((short) DISCARD_PORT);
        IpV4Packet.Builder ip = new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance((byte) 0))
                .ttl(TIME_TO_LIVE)
                .protocol(IpNumber.UDP)
                .srcAddr(address)
                .dstAddr(address)
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(new UdpPacket.Builder()
                        .srcAddr(address)
                        .dstAddr(address)
                        .srcPort(port)
                        .dstPort(port)
                        .correctChecksumAtBuild(true)
                        .correctLengthAtBuild(true)
                        .payloadBuilder(new UnknownPacket.Builder().rawData(marker)));
        if (!ethernet) {
            return ip.build();
        }
        MacAddress mac = mac(device);
        return new EthernetPacket.Builder()
                .srcAddr(mac)
                .dstAddr(mac)
                .type(EtherType.IPV4)
                .paddingAtBuild(true)
                .payloadBuilder(ip)
                .build();
    }

    private static Inet4Address address(PcapNetworkInterface device) {
        for (PcapAddress one : device.getAddresses()) {
            if (one.getAddress() instanceof Inet4Address four) {
                return four;
            }
        }
        try {
            return (Inet4Address) InetAddress.getByAddress(device.isLoopBack() ? LOOPBACK : NOBODY);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** The device's own: a switch that sees it sends it nowhere. */
    private static MacAddress mac(PcapNetworkInterface device) {
        for (LinkLayerAddress one : device.getLinkLayerAddresses()) {
            if (one instanceof MacAddress mac) {
                return mac;
            }
        }
        return MacAddress.getByAddress(new byte[MacAddress.SIZE_IN_BYTES]);
    }
}
