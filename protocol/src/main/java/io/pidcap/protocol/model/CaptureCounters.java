package io.pidcap.protocol.model;

/**
 * What one capture on one interface counted since it began.
 *
 * @param writtenPackets handed to the spool
 * @param unwrittenPackets taken from the kernel and not written, since the spool could not be
 * @param receivedPackets {@code ps_recv} of pcap_stats(3): what reached the capture's socket and passed its filter
 * @param droppedPackets {@code ps_drop}: had no place in the kernel's buffer
 * @param interfaceDroppedPackets {@code ps_ifdrop}: dropped by the interface or its driver; 0 where it is not counted
 * @param prefilteredPackets skipped in the kernel because nobody wants them, before they were received
 */
public record CaptureCounters(
        long writtenPackets,
        long unwrittenPackets,
        long receivedPackets,
        long droppedPackets,
        long interfaceDroppedPackets,
        long prefilteredPackets) {
    public static final CaptureCounters NOTHING = new CaptureCounters(0, 0, 0, 0, 0, 0);

    public CaptureCounters plus(CaptureCounters other) {
        return new CaptureCounters(
                writtenPackets + other.writtenPackets,
                unwrittenPackets + other.unwrittenPackets,
                receivedPackets + other.receivedPackets,
                droppedPackets + other.droppedPackets,
                interfaceDroppedPackets + other.interfaceDroppedPackets,
                prefilteredPackets + other.prefilteredPackets);
    }
}
