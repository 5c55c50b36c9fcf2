package io.pidcap.protocol.model;

/** What is said of packets, as one writer has prepared it to be written with any number of them. For that writer only. */
public interface PacketLabel {}
