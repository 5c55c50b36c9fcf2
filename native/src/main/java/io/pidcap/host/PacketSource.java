package io.pidcap.host;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterOffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One open interface. Packets are collected by the system from the moment it is open, whether it is pumped or not.
 *
 * <p>One thread at a time owns a source and the segments made from it; only {@link #counters} and {@link
 * #prefilter} may be called from others.
 */
public interface PacketSource extends AutoCloseable {
    LinkType linkType();

    /** True: the segments carry nanoseconds; false: the device has microseconds only. */
    boolean nanosecondTimestamps();

    int snaplen();

    /**
     * The longest time in milliseconds for which the system may keep a packet that has arrived before {@link #pump}
     * sees it.
     */
    int holdMillis();

    /**
     * Creates a capture file with mode 0600 into which packets can be pumped.
     *
     * @throws HostException {@code IO} or {@code DISK_FULL}, naming the file
     */
    Segment createSegment(Path file);

    /**
     * Copies what has arrived into {@code segment}, in native code. What is copied at once is bounded: under load it
     * returns with more to come.
     *
     * @param waitMillis where nothing is there, waits so long for something to arrive
     * @return how many packets were copied; may be 0 before the time is over
     * @throws HostException {@code DEVICE_LOST} when the device went away
     */
    int pump(Segment segment, int waitMillis);

    /**
     * Takes what has arrived and writes it nowhere: it counts as not written. For when no segment can be written any more.
     *
     * @param waitMillis as for {@link #pump}
     * @throws HostException as {@link #pump}
     */
    void discard(int waitMillis);

    /**
     * Every packet that arrived up to this instant has been pumped. Its wall clock is for people; it may step back, and
     * so may the time in a packet.
     *
     * @return null before it is known, which a pump that has emptied the source makes it
     */
    @Nullable
    ObservedTime drainedUntil();

    /**
     * Has the kernel drop what the event source of this offer is told that nobody wants, from now on and in the place of an
     * earlier one; any thread.
     *
     * @param number of this interface among those of the offer, from 0
     * @throws HostException why it cannot; then nothing more is dropped than before
     */
    default void prefilter(PrefilterOffer offer, int number) {
        throw new HostException(
                HostException.Code.NOT_SUPPORTED,
                "filter packets in the kernel: not on this system",
                "leave out --prefilter");
    }

    /** Counted since it was opened; after {@link #close} the last figures. */
    CaptureCounters counters();

    /** Frees the device. Segments that are still open must be closed first. Idempotent. */
    @Override
    void close();

    /** A classic pcap file that is being written. */
    interface Segment extends AutoCloseable {
        /**
         * Hands everything pumped so far to the file system.
         *
         * @throws HostException {@code DISK_FULL} or {@code IO}: the segment is closed and cut behind the last whole record
         *     that it has; the packets that found no place are counted as not written
         */
        void flush();

        /** Whole records up to here can be read: the file's length after the last {@link #flush}, also one that failed. */
        long readableBytes();

        /**
         * Flushes and closes. Idempotent.
         *
         * @throws HostException as {@link #flush}
         */
        @Override
        void close();
    }
}
