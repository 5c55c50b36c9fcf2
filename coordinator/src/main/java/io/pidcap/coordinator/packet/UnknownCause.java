package io.pidcap.coordinator.packet;

import java.util.Locale;

/** Why the owner of a packet is not known. Such packets are skipped and counted by cause. */
public enum UnknownCause {
    /** The endpoints are known, but no process owned either of them at that time. */
    NO_OWNER("no process owned either end"),
    /** ARP, spanning tree and the like: no process can be behind it as far as sockets tell. */
    NOT_IP("not IP"),
    /** The captured bytes end before the ports, mostly because of the snaplen. */
    TRUNCATED("captured too short to see the ports"),
    /** A header contradicts itself. */
    MALFORMED("malformed headers"),
    /** A later fragment whose first fragment, which alone has the ports, was not captured. */
    FRAGMENT_WITHOUT_FIRST("fragment whose first part was not captured"),
    /** The interface delivers frames of a kind that is not parsed. */
    UNSUPPORTED_LINK_TYPE("link type is not supported");

    private final String description;

    UnknownCause(String description) {
        this.description = description;
    }

    /** For files; does not change. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For people, lower case, no full stop. */
    public String description() {
        return description;
    }
}
