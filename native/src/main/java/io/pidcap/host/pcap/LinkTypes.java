package io.pidcap.host.pcap;

import io.pidcap.protocol.model.LinkType;

/** From the {@code DLT_} numbers of libpcap's functions to the {@code LINKTYPE_} numbers of files. */
final class LinkTypes {
    private LinkTypes() {}

    /**
     * The two differ where the systems once gave one number to different things (libpcap's pcap-common.c). The numbers
     * on the left are those of pcap/dlt.h outside the BSDs.
     */
    static LinkType ofDlt(int dlt) {
        return switch (dlt) {
            case 11 -> new LinkType(100); // ATM_RFC1483
            case 12 -> LinkType.RAW;
            case 15 -> new LinkType(102); // SLIP_BSDOS
            case 16 -> new LinkType(103); // PPP_BSDOS
            case 18 -> new LinkType(246); // PFSYNC
            case 19 -> new LinkType(106); // ATM_CLIP
            default -> new LinkType(dlt);
        };
    }
}
