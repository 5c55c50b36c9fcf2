package io.pidcap.protocol.file;

/** What every writer asks of a packet. */
final class PacketChecks {
    private PacketChecks() {}

    static void check(int interfaceId, int interfaces, int capturedLength) {
        if (interfaceId < 0 || interfaceId >= interfaces) {
            throw new IllegalArgumentException("interface " + interfaceId + " of " + interfaces);
        }
        if (capturedLength < 0 || capturedLength > PcapHeader.MAX_CAPTURED) {
            throw new IllegalArgumentException("a packet of " + capturedLength + " bytes");
        }
    }
}
