package io.pidcap.coordinator.packet;

import io.pidcap.protocol.model.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a packet to whom. Filled again for each packet by {@link PacketEndpointParser}; what was read from it before
 * is gone then. If {@link #cause} is not null, nothing else means anything.
 *
 * <p>For an ICMP error these are the ends of the packet that it quotes. The identifier of an ICMP echo stands as the
 * port of the end that asked, since that is what Linux binds a ping socket to.
 */
public final class PacketEndpoints {
    /** What a packet is to the IP datagram that it carries. */
    public enum Part {
        WHOLE,
        /** Has the ports; more fragments follow. */
        FIRST_FRAGMENT,
        /** Has no ports: see {@link FragmentTable}. */
        LATER_FRAGMENT
    }

    /** Which way a packet went, where the link layer tells. */
    public enum Direction {
        UNKNOWN,
        INCOMING,
        OUTGOING
    }

    int protocol;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    boolean sourceCanOwn;
    boolean destinationCanOwn;
    boolean opensTcp;
    boolean quoted;
    boolean linkGroup;
    int fragmentId;
    int fragmentProtocol;
    Part part = Part.WHOLE;
    Direction direction = Direction.UNKNOWN;

    @Nullable
    UnknownCause cause;

    void reset() {
        protocol = 0;
        clearPorts();
        quoted = false;
        linkGroup = false;
        fragmentId = 0;
        fragmentProtocol = 0;
        part = Part.WHOLE;
        direction = Direction.UNKNOWN;
        cause = null;
    }

    void clearPorts() {
        sourcePort = 0;
        destinationPort = 0;
        sourceCanOwn = true;
        destinationCanOwn = true;
        opensTcp = false;
    }

    /** Takes over what a first fragment knows and a later one does not. */
    void takeTransport(PacketEndpoints first) {
        protocol = first.protocol;
        sourcePort = first.sourcePort;
        destinationPort = first.destinationPort;
        sourceCanOwn = first.sourceCanOwn;
        destinationCanOwn = first.destinationCanOwn;
        opensTcp = first.opensTcp;
    }

    /** Takes over what tells the fragments of one datagram from those of others. */
    void takeFragmentKey(PacketEndpoints other) {
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        destinationHigh = other.destinationHigh;
        destinationLow = other.destinationLow;
        fragmentId = other.fragmentId;
        fragmentProtocol = other.fragmentProtocol;
    }

    /**
     * Both are of the same datagram: equal addresses and identification, for IPv4 also the protocol (RFC 791 section
     * 3.2, RFC 8200 section 4.5).
     */
    public boolean isOfSameDatagram(PacketEndpoints other) {
        return fragmentId == other.fragmentId
                && sourceLow == other.sourceLow
                && destinationLow == other.destinationLow
                && sourceHigh == other.sourceHigh
                && destinationHigh == other.destinationHigh
                && fragmentProtocol == other.fragmentProtocol;
    }

    /** With the same content, which does not change with this one. */
    public PacketEndpoints copy() {
        PacketEndpoints copy = new PacketEndpoints();
        copy.takeTransport(this);
        copy.takeFragmentKey(this);
        copy.quoted = quoted;
        copy.linkGroup = linkGroup;
        copy.part = part;
        copy.direction = direction;
        copy.cause = cause;
        return copy;
    }

    int fragmentHash() {
        long hash = sourceLow * 31 + destinationLow;
        hash = hash * 31 + (sourceHigh ^ Long.rotateLeft(destinationHigh, 32));
        hash = hash * 31 + fragmentId;
        hash *= 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> 32);
    }

    /** Why the packet could not be read; null if it could. */
    public @Nullable UnknownCause cause() {
        return cause;
    }

    /** The IP protocol number behind all extension headers. */
    public int protocol() {
        return protocol;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /** 0: the protocol has no ports. */
    public int sourcePort() {
        return sourcePort;
    }

    /** 0: the protocol has no ports. */
    public int destinationPort() {
        return destinationPort;
    }

    /** False where the kernel itself sends such a packet, as it does an echo reply. */
    public boolean sourceCanOwn() {
        return sourceCanOwn;
    }

    /** False where the kernel itself takes such a packet, as it does an echo request. */
    public boolean destinationCanOwn() {
        return destinationCanOwn;
    }

    /** It carries TCP's SYN: it belongs to a new connection, never to the end of an old one. */
    public boolean opensTcp() {
        return opensTcp;
    }

    /** The ends are those of a packet quoted in an ICMP error. */
    public boolean quoted() {
        return quoted;
    }

    /** The link layer addressed it to a group or to all. */
    public boolean linkGroup() {
        return linkGroup;
    }

    public Part part() {
        return part;
    }

    public Direction direction() {
        return direction;
    }

    @Override
    public String toString() {
        if (cause != null) {
            return cause.toString();
        }
        return "protocol " + protocol + " " + new IpAddress(sourceHigh, sourceLow) + ":" + sourcePort + " > "
                + new IpAddress(destinationHigh, destinationLow) + ":" + destinationPort
                + (quoted ? " quoted" : "")
                + (part == Part.WHOLE ? "" : " " + part + " id " + fragmentId);
    }
}
