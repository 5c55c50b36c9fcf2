package io.pidcap.host.pcap;

import com.sun.jna.Memory;

/**
 * {@code pcap_stats} in 64 bits: libpcap counts in {@code u_int}, which a busy interface wraps within the hour.
 *
 * <p>On Linux {@code ps_recv} includes what was dropped. Of loopback it counts each packet twice that came while the
 * interface was being opened, before {@link LoopbackFilter} was in place.
 */
final class PcapStats {
    /** struct pcap_stat { u_int ps_recv; u_int ps_drop; u_int ps_ifdrop; } and three more on Windows. */
    private static final int PCAP_STAT_BYTES = 6 * Integer.BYTES;

    private final PcapDevice device;
    private long received;
    private long dropped;
    private long interfaceDropped;

    PcapStats(PcapDevice device) {
        this.device = device;
    }

    /** Asks the device; a device that is gone keeps the last figures. Often enough: before 2^32 more packets. */
    void refresh() {
        try (Memory stat = new Memory(PCAP_STAT_BYTES)) {
            stat.clear();
            if (device.library().pcap_stats(device.handle(), stat) == 0) {
                received = advance(received, stat.getInt(0));
                dropped = advance(dropped, stat.getInt(4));
                interfaceDropped = advance(interfaceDropped, stat.getInt(8));
            }
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
