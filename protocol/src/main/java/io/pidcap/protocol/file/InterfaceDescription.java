package io.pidcap.protocol.file;

import io.pidcap.protocol.model.LinkType;

/**
 * What a capture file says of an interface.
 *
 * @param filter pcap-filter(7) expression of the capture; empty: none
 */
public record InterfaceDescription(String name, LinkType linkType, int snaplen, String filter) {}
