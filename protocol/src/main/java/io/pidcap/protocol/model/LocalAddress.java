package io.pidcap.protocol.model;

/** An address that is the host's own in one network namespace, so that packets to it can have a listener here. */
public record LocalAddress(long netnsId, IpAddress address) {}
