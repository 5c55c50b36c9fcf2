package io.pidcap.protocol.file;

/**
 * What a capture file says of an interface at its end. A counter that is not known is -1 and is left out.
 *
 * @param interfaceId what {@link CaptureFileWriter#addInterface} gave
 * @param startEpochNanos when its capture began; 0: not known, left out
 * @param endEpochNanos when it ended; 0: not known, left out
 * @param receivedPackets from the interface ({@code isb_ifrecv})
 * @param interfaceDroppedPackets by the interface, for want of resources ({@code isb_ifdrop})
 * @param systemDroppedPackets by the system, for want of buffer ({@code isb_osdrop})
 * @param deliveredPackets to us, those that were then not selected too ({@code isb_usrdeliv})
 * @param comment for people; empty: none
 */
public record InterfaceStatistics(
        int interfaceId,
        long startEpochNanos,
        long endEpochNanos,
        long receivedPackets,
        long interfaceDroppedPackets,
        long systemDroppedPackets,
        long deliveredPackets,
        String comment) {
    /** Of the first interface, of which nothing else is known. */
    public static InterfaceStatistics ofComment(String comment) {
        return new InterfaceStatistics(0, 0, 0, -1, -1, -1, -1, comment);
    }
}
