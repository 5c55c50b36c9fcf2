package io.pidcap.host.pcap;

/**
 * The library's figures in 64 bits: it counts in {@code u_int}, which a busy interface wraps within the hour.
 *
 * <p>Of loopback Linux counts each packet twice that came while the interface was being opened, before
 * {@link LoopbackFilter} was in place.
 */
final class PcapStats {
    private final SystemDevice device;
    private final int[] raw = new int[3];
    private long received;
    private long dropped;
    private long interfaceDropped;

    PcapStats(SystemDevice device) {
        this.device = device;
    }

    /** Asks the device; a device that is gone keeps the last figures. Often enough: before 2^32 more packets. */
    void refresh() {
        if (device.readCounts(raw)) {
            received = advance(received, raw[0]);
            dropped = advance(dropped, raw[1]);
            interfaceDropped = advance(interfaceDropped, raw[2]);
        }
    }

    /** The smallest number from {@code last} on whose low 32 bits are {@code raw}. */
    static long advance(long last, int raw) {
        return last + Integer.toUnsignedLong(raw - (int) last);
    }

    long received() {
        return received;
    }

    long dropped() {
        return dropped;
    }

    long interfaceDropped() {
        return interfaceDropped;
    }
}
