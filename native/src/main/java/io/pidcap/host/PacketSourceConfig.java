package io.pidcap.host;

/**
 * How to open an interface.
 *
 * @param interfaceName what the packet library calls it; {@code any} is all of them where the system has that
 * @param snaplenBytes most bytes kept of a packet, 1 to 262144
 * @param bufferBytes the system's buffer for packets that were not pumped yet
 * @param filter pcap-filter(7) expression; empty: all packets
 */
public record PacketSourceConfig(
        String interfaceName, int snaplenBytes, boolean promiscuous, int bufferBytes, String filter) {
    public PacketSourceConfig {
        if (snaplenBytes < 1 || snaplenBytes > 262144) {
            throw new IllegalArgumentException("snaplen " + snaplenBytes + " is not in 1..262144");
        }
    }

    /** The same for another interface. */
    public PacketSourceConfig withInterface(String name) {
        return new PacketSourceConfig(name, snaplenBytes, promiscuous, bufferBytes, filter);
    }
}
