package io.pidcap.protocol.model;

import java.util.List;

/**
 * A network interface on which packets can be captured.
 *
 * @param name what {@code -i} takes
 * @param description what people call it; empty where the system has none
 * @param linkTypes the first is the one that a capture gets; empty where the interface cannot be opened
 */
public record InterfaceInfo(
        String name,
        String description,
        List<Address> addresses,
        List<LinkType> linkTypes,
        boolean up,
        boolean running,
        boolean loopback) {
    public InterfaceInfo {
        addresses = List.copyOf(addresses);
        linkTypes = List.copyOf(linkTypes);
    }

    /**
     * An address of an interface.
     *
     * @param prefixLength -1: not known
     */
    public record Address(IpAddress address, int prefixLength) {
        @Override
        public String toString() {
            return prefixLength < 0 ? address.toString() : address + "/" + prefixLength;
        }
    }
}
