package io.pidcap.coordinator.printing;

import io.pidcap.protocol.model.LinkType;

/**
 * What there is to say of a packet. An empty text, and a port of -1, is one that the packet does not have or that could
 * not be read.
 *
 * @param interfaceName empty where there is only one
 * @param originalLength on the wire, in bytes
 * @param sourceMac as {@code 02:00:00:00:00:01}, with {@code destinationMac}
 * @param network {@code IP}, {@code IP6}, or what else is in the frame
 * @param sourceAddress of the network's, with {@code destinationAddress}
 * @param protocol such as {@code TCP}; empty: the packet could not be decoded
 * @param detail of the protocol, such as flags
 */
public record DecodedPacket(
        long epochNanos,
        String interfaceName,
        LinkType linkType,
        int capturedLength,
        int originalLength,
        String sourceMac,
        String destinationMac,
        String network,
        String sourceAddress,
        String destinationAddress,
        int sourcePort,
        int destinationPort,
        String protocol,
        String detail) {

    public boolean isDecoded() {
        return !protocol.isEmpty();
    }
}
