package io.pidcap.coordinator.printing;

import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IllegalPacket;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6ExtDestinationOptionsPacket;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6ExtHopByHopOptionsPacket;
import org.pcap4j.packet.IpV6ExtRoutingPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.LinuxSllPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.SctpPacket;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.NamedNumber;
import org.pcap4j.util.LinkLayerAddress;

/** Collects what is said of one packet from its layers, from the outside in, as far as the ports. */
final class Summary {
    private static final int MAC_BYTES = 6;
    private static final int NO_PORT = -1;
    /** A larger number is a type, not a length. */
    private static final int MAX_LENGTH_FIELD = 1500;
    /** What pcap4j calls what it has no name for. */
    private static final String NAMELESS = "unknown";

    private String sourceMac = "";
    private String destinationMac = "";
    private String network = "";
    private String sourceAddress = "";
    private String destinationAddress = "";
    private int sourcePort = NO_PORT;
    private int destinationPort = NO_PORT;
    private String protocol = "";
    private String detail = "";

    void clear() {
        sourceMac = "";
        destinationMac = "";
        network = "";
        sourceAddress = "";
        destinationAddress = "";
        sourcePort = NO_PORT;
        destinationPort = NO_PORT;
        protocol = "";
        detail = "";
    }

    void senderMac(byte[] bytes, int offset) {
        sourceMac = LinkLayerAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + MAC_BYTES))
                .toString();
    }

    void network(EtherType type) {
        int value = Short.toUnsignedInt(type.value());
        network = switch (value) {
            case 0x0800 -> "IP";
            case 0x86dd -> "IP6";
            default -> value <= MAX_LENGTH_FIELD ? "802.3" : word(type, "ethertype 0x" + Integer.toHexString(value));
        };
        protocol = network;
    }

    /** All layers of it, until one that ends the interest. */
    void add(Packet packet) {
        for (Packet layer : packet) {
            if (!addLayer(layer)) {
                return;
            }
        }
    }

    /** False: what is inside it is the application's, or another packet. */
    private boolean addLayer(Packet layer) {
        if (layer instanceof EthernetPacket ethernet) {
            sourceMac = ethernet.getHeader().getSrcAddr().toString();
            destinationMac = ethernet.getHeader().getDstAddr().toString();
            network(ethernet.getHeader().getType());
        } else if (layer instanceof LinuxSllPacket cooked) {
            LinuxSllPacket.LinuxSllHeader header = cooked.getHeader();
            sourceMac = header.getAddressLengthAsInt() == MAC_BYTES
                    ? header.getAddress().toString()
                    : "";
            network(header.getProtocol());
        } else if (layer instanceof Dot1qVlanTagPacket tagged) {
            detail += "vlan " + tagged.getHeader().getVidAsInt() + " ";
            network(tagged.getHeader().getType());
        } else if (layer instanceof ArpPacket arp) {
            sourceAddress = text(arp.getHeader().getSrcProtocolAddr());
            destinationAddress = text(arp.getHeader().getDstProtocolAddr());
            detail += word(arp.getHeader().getOperation(), "operation").toLowerCase(Locale.ROOT);
            return false;
        } else if (layer instanceof IpPacket ip) {
            return addIp(ip);
        } else {
            return addTransport(layer);
        }
        return true;
    }

    private boolean addIp(IpPacket ip) {
        if (!sourceAddress.isEmpty()) {
            // A tunnel: the outer addresses are those on the wire.
            return false;
        }
        sourceAddress = text(ip.getHeader().getSrcAddr());
        destinationAddress = text(ip.getHeader().getDstAddr());
        network = ip instanceof IpV6Packet ? "IP6" : "IP";
        protocol = word(ip.getHeader().getProtocol());
        if (ip instanceof IpV4Packet four && isFragment(four.getHeader())) {
            detail += "fragment at " + 8 * four.getHeader().getFragmentOffset() + " ";
        }
        return true;
    }

    private static boolean isFragment(IpV4Packet.IpV4Header header) {
        return header.getMoreFragmentFlag() || header.getFragmentOffset() != 0;
    }

    private boolean addTransport(Packet layer) {
        if (layer instanceof TcpPacket tcp) {
            ports(
                    "TCP",
                    tcp.getHeader().getSrcPort().valueAsInt(),
                    tcp.getHeader().getDstPort().valueAsInt());
            detail += flags(tcp.getHeader());
        } else if (layer instanceof UdpPacket udp) {
            ports(
                    "UDP",
                    udp.getHeader().getSrcPort().valueAsInt(),
                    udp.getHeader().getDstPort().valueAsInt());
        } else if (layer instanceof SctpPacket sctp) {
            ports(
                    "SCTP",
                    sctp.getHeader().getSrcPort().valueAsInt(),
                    sctp.getHeader().getDstPort().valueAsInt());
        } else if (layer instanceof IcmpV4CommonPacket icmp) {
            protocol = "ICMP";
            detail += word(
                    icmp.getHeader().getType(),
                    "type " + icmp.getHeader().getType().valueAsString());
        } else if (layer instanceof IcmpV6CommonPacket icmp) {
            protocol = "ICMP6";
            detail += word(
                    icmp.getHeader().getType(),
                    "type " + icmp.getHeader().getType().valueAsString());
        } else if (layer instanceof IpV6ExtFragmentPacket fragment) {
            protocol = word(fragment.getHeader().getNextHeader());
            detail += "fragment at " + 8 * fragment.getHeader().getFragmentOffset() + " ";
            return true;
        } else {
            return addExtension(layer);
        }
        return false;
    }

    private boolean addExtension(Packet layer) {
        if (layer instanceof IpV6ExtHopByHopOptionsPacket options) {
            protocol = word(options.getHeader().getNextHeader());
        } else if (layer instanceof IpV6ExtDestinationOptionsPacket options) {
            protocol = word(options.getHeader().getNextHeader());
        } else if (layer instanceof IpV6ExtRoutingPacket routing) {
            protocol = word(routing.getHeader().getNextHeader());
        } else {
            detail += layer instanceof IllegalPacket ? "cut short or malformed" : "";
            return false;
        }
        return true;
    }

    private void ports(String name, int source, int destination) {
        protocol = name;
        sourcePort = source;
        destinationPort = destination;
    }

    /** As tcpdump writes them. */
    private static String flags(TcpPacket.TcpHeader header) {
        StringBuilder flags = new StringBuilder("[");
        flags.append(header.getSyn() ? "S" : "").append(header.getFin() ? "F" : "");
        flags.append(header.getRst() ? "R" : "").append(header.getPsh() ? "P" : "");
        flags.append(header.getUrg() ? "U" : "").append(header.getAck() ? "." : "");
        return flags.append(flags.length() == 1 ? "none]" : "]").toString();
    }

    private static String word(IpNumber number) {
        return word(number, "protocol " + number.valueAsString());
    }

    private static String word(NamedNumber<?, ?> number, String nameless) {
        String name = number.name();
        return name == null || name.equals(NAMELESS) ? nameless : name;
    }

    private static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        return address.isAnyLocalAddress()
                ? "::"
                : IpAddress.ofBytes(address.getAddress()).toString();
    }

    DecodedPacket toPacket(String interfaceName, LinkType linkType, CapturedPacket packet) {
        return new DecodedPacket(
                packet.epochNanos(),
                interfaceName,
                linkType,
                packet.capturedLength(),
                packet.originalLength(),
                sourceMac,
                destinationMac,
                network,
                sourceAddress,
                destinationAddress,
                sourcePort,
                destinationPort,
                protocol,
                detail.strip());
    }
}
