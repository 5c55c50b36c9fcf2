package io.pidcap.host.pcap;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.Clocks;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.linux.bpf.CapturePrefilter;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterOffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Packets from the kernel's ring into a file, all of it inside {@code pcap_dispatch} with the native {@code pcap_dump} as
 * its callback.
 *
 * <p>The kernel fills blocks and hands one over when it is full or {@link PcapDevice#RETIRE_MILLIS} old.
 * {@code pcap_breakloop} would throw away what lies in the open block, so it is never called: who wants everything up to
 * some instant pumps until {@link #drainedUntil} has passed it.
 */
public final class PcapPacketSource implements PacketSource {
    /**
     * On top of the block's own time: the kernel's timer is late by up to two of its ticks, and a packet is stamped before
     * it waits for its turn in the receive queue. Measured on loaded machines with 50 ms: none lost.
     */
    private static final int MARGIN_MILLIS = 50;

    /** Bounds one call, so that flushing and stopping have their turn under any load. */
    static final int PUMP_PACKETS = 4096;

    /**
     * Under load the kernel hands over hundreds of blocks a second. To wake for each costs more than to copy it, so turns
     * keep this distance, but only so long as the buffer could take {@link #TOP_BYTES_PER_MILLI} for twice that time.
     */
    private static final int TURN_MILLIS = 25;

    /** Differences of two readings of the clocks below this are noise. */
    private static final long SAME_OFFSET_NANOS = 1_000_000;

    /** 10 Gbit/s. */
    private static final int TOP_BYTES_PER_MILLI = 1_250_000;

    private final PcapDevice device;
    private final HeldDirectory directory;
    private final SystemDevice own;
    private final PcapFunctions pcap;
    private final PcapStats stats;
    private final LinkType linkType;
    private final boolean nanosecondTimestamps;
    private final int snaplen;
    private final int turnMillis;
    private final Pointer pcapDump;
    private final PointerByReference nextHeader = new PointerByReference();
    private final PointerByReference nextData = new PointerByReference();

    /** libpcap allows one thread at a time on a handle; the lock is free but for {@link #counters} from elsewhere. */
    private final Object handleLock = new Object();

    private long writtenPackets;
    private long unwrittenPackets;
    private @Nullable PcapSegment nowhere;
    private @Nullable ObservedTime drainedUntil;
    /** When the kernel's ring was last seen empty: what lies in it was stamped since. */
    private @Nullable ObservedTime emptied;

    private @Nullable CapturePrefilter prefilter;
    private long prefilteredBefore;
    private boolean moreToCome;
    private int packetsInLastTurn;
    private long lastTurnNanoTime = System.nanoTime();
    private boolean closed;

    private PcapPacketSource(PcapDevice device, HeldDirectory directory, int bufferBytes) {
        this.device = device;
        this.directory = directory;
        this.turnMillis = Math.min(TURN_MILLIS, bufferBytes / (2 * TOP_BYTES_PER_MILLI));
        this.own = device.own();
        this.pcap = device.system().functions();
        this.stats = new PcapStats(own);
        this.linkType = LinkTypes.ofDlt(device.dlt());
        this.nanosecondTimestamps = device.nanosecondTimestamps();
        this.snaplen = device.snaplen();
        this.pcapDump = device.system().dumpFunction();
    }

    /** @see io.pidcap.host.HostBackend#openPacketSource */
    public static PacketSource open(PcapSystem system, PacketSourceConfig config) {
        return open(system, config, new HeldDirectory());
    }

    /** @param directory of segments that can be created also when its path cannot be followed any more */
    public static PacketSource open(PcapSystem system, PacketSourceConfig config, HeldDirectory directory) {
        PcapDevice device = PcapDevice.open(system, config);
        try {
            return new PcapPacketSource(device, directory, config.bufferBytes());
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    @Override
    public LinkType linkType() {
        return linkType;
    }

    @Override
    public boolean nanosecondTimestamps() {
        return nanosecondTimestamps;
    }

    @Override
    public int snaplen() {
        return snaplen;
    }

    @Override
    public int holdMillis() {
        return PcapDevice.RETIRE_MILLIS + MARGIN_MILLIS;
    }

    @Override
    public Segment createSegment(Path file) {
        return PcapSegment.create(device, file, directory.reach(file), this::notWritten);
    }

    private void notWritten(long packets) {
        synchronized (handleLock) {
            writtenPackets -= packets;
            unwrittenPackets += packets;
        }
    }

    @Override
    public int pump(Segment segment, int waitMillis) {
        PcapSegment target = (PcapSegment) segment;
        if (!moreToCome) {
            awaitTurn(waitMillis);
        }
        // Asked even when nothing came: that is how libpcap notices a device that is gone.
        ObservedTime asked = Clocks.read();
        synchronized (handleLock) {
            int packets = dispatch(target);
            moreToCome = packets >= PUMP_PACKETS;
            if (moreToCome) {
                packets += copyNext(target, asked);
            } else {
                emptied = asked;
                drainedUntil = before(asked, holdMillis());
            }
            packetsInLastTurn = packets;
            writtenPackets += packets;
            target.pumped(packets);
            return packets;
        }
    }

    @Override
    public void discard(int waitMillis) {
        PcapSegment target = nowhere;
        if (target == null) {
            target = PcapSegment.nowhere(device);
            nowhere = target;
        }
        notWritten(pump(target, waitMillis));
    }

    /** Where packets come all the time, this thread is not woken for the first of them, only to sleep again. */
    private void awaitTurn(int waitMillis) {
        int pauseMillis = Math.min(turnMillis, waitMillis);
        if (packetsInLastTurn > 0 || own.await(waitMillis)) {
            pause(pauseMillis);
        }
        lastTurnNanoTime = System.nanoTime();
    }

    private void pause(int distanceMillis) {
        long sinceLastMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastTurnNanoTime);
        if (sinceLastMillis < distanceMillis) {
            own.pause((int) (distanceMillis - sinceLastMillis));
        }
    }

    private int dispatch(PcapSegment target) {
        int taken = 0;
        int packets;
        do {
            packets = pcap.pcap_dispatch(device.handle(), PUMP_PACKETS - taken, pcapDump, target.dumper());
            if (packets < 0 && taken == 0) {
                throw device.lost();
            }
            taken += Math.max(0, packets);
        } while (packets > 0 && taken < PUMP_PACKETS && !own.dispatchTakesAll());
        return taken;
    }

    /**
     * The ring was not emptied: takes one more packet, looking at its time. Packets lie in the ring in the order in which
     * they reached it, at most {@link #MARGIN_MILLIS} after they were stamped. Where the wall clock was set since the ring
     * was empty, nobody knows by which of its readings a packet in it was stamped, and nothing is learnt.
     */
    private int copyNext(PcapSegment target, ObservedTime asked) {
        int status = pcap.pcap_next_ex(device.handle(), nextHeader, nextData);
        if (status < 0) {
            throw device.lost();
        }
        if (status == 0) {
            return 0;
        }
        Pointer header = nextHeader.getValue();
        pcap.pcap_dump(target.dumper(), header, nextData.getValue());
        ObservedTime sinceEmpty = emptied;
        if (sinceEmpty != null && Math.abs(offset(asked) - offset(sinceEmpty)) <= SAME_OFFSET_NANOS) {
            long epochNanos = Math.min(epochNanosOf(header), asked.epochNanos());
            drainedUntil = before(new ObservedTime(epochNanos - offset(asked), epochNanos), MARGIN_MILLIS);
        }
        return 1;
    }

    /** struct pcap_pkthdr { struct timeval ts; … }: two longs, the second in the device's precision. */
    private long epochNanosOf(Pointer header) {
        int size = own.timevalLongBytes();
        long seconds = size == Integer.BYTES ? Integer.toUnsignedLong(header.getInt(0)) : header.getLong(0);
        long fraction = size == Integer.BYTES ? header.getInt(size) : header.getLong(size);
        long nanos = nanosecondTimestamps ? fraction : TimeUnit.MICROSECONDS.toNanos(fraction);
        return TimeUnit.SECONDS.toNanos(seconds) + nanos;
    }

    private static long offset(ObservedTime time) {
        return time.epochNanos() - time.monotonicNanos();
    }

    private static ObservedTime before(ObservedTime time, int millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        return new ObservedTime(time.monotonicNanos() - nanos, time.epochNanos() - nanos);
    }

    @Override
    public @Nullable ObservedTime drainedUntil() {
        return drainedUntil;
    }

    @Override
    public void prefilter(PrefilterOffer offer, int number) {
        synchronized (handleLock) {
            CapturePrefilter next = own.prefilter(offer, number);
            CapturePrefilter before = prefilter;
            prefilter = next;
            if (before != null) {
                before.close();
                prefilteredBefore += before.skippedPackets();
            }
        }
    }

    @Override
    public CaptureCounters counters() {
        synchronized (handleLock) {
            if (!closed) {
                stats.refresh();
            }
            return new CaptureCounters(
                    writtenPackets,
                    unwrittenPackets,
                    stats.received(),
                    stats.dropped(),
                    stats.interfaceDropped(),
                    prefilteredBefore + (prefilter == null ? 0 : prefilter.skippedPackets()));
        }
    }

    @Override
    public void close() {
        synchronized (handleLock) {
            if (!closed) {
                stats.refresh();
                closed = true;
                if (nowhere != null) {
                    nowhere.close();
                }
                device.close();
                if (prefilter != null) {
                    prefilter.close();
                }
            }
        }
    }
}
