package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The reader's side of a BPF_MAP_TYPE_RINGBUF, without a system call: kernel/bpf/ringbuf.c maps
 *
 * <pre>
 *   page 0   consumer position   (ours to write)
 *   page 1   producer position   (read only, as all that follows)
 *   page 2   data, and the same data a second time, so that no record is ever in two pieces
 * </pre>
 *
 * Positions count bytes from the beginning and never wrap. A record is a header of 8 bytes, whose first word is the
 * length with two flags, and the data, padded to 8 bytes. A record that is reserved and not yet written is marked busy,
 * and none behind it is given out before it.
 *
 * <p>One thread at a time.
 */
final class BpfRingBuffer implements AutoCloseable {
    private static final int HEADER_BYTES = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    /** After so many records the room they took is given back, while the rest is still being read. */
    private static final int RECORDS_PER_RELEASE = 256;

    private final SharedMemory consumer;
    private final SharedMemory producer;
    /** struct pollfd { int fd; short events; short revents; } */
    private final Memory pollDescriptor = new Memory(8);

    private final int pageSize;
    private final long mask;

    /** Receives records; {@code bytes} may be read from {@code offset} during the call only. */
    interface Visitor {
        void record(ByteBuffer bytes, int offset, int length);
    }

    /**
     * Maps a ring.
     *
     * @param descriptor of the map, which stays open until this is closed
     * @param size the map's {@code max_entries}: bytes, a power of two
     */
    BpfRingBuffer(int descriptor, int size) {
        pollDescriptor.setInt(0, descriptor);
        pollDescriptor.setShort(4, LibcLibrary.POLLIN);
        pageSize = SharedMemory.pageSize();
        mask = size - 1L;
        consumer = SharedMemory.map(descriptor, 0, pageSize, true, "the ring's consumer page");
        try {
            producer = SharedMemory.map(descriptor, pageSize, pageSize + 2L * size, false, "the ring");
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** Everything reserved so far is before this position. */
    long producerPosition() {
        return producer.getAcquire(0);
    }

    /** Everything before this position was read. */
    long consumerPosition() {
        return consumer.getAcquire(0);
    }

    /** Nothing is reserved that was not read. */
    boolean isEmpty() {
        return producerPosition() == consumerPosition();
    }

    /** Waits until something is reserved and a program wakes the reader, or the time is over. */
    void awaitRecord(long nanos) {
        int millis = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        if (LibcLibrary.INSTANCE.poll(pollDescriptor, new NativeLong(1), millis) < 0
                && Native.getLastError() != LibcLibrary.EINTR) {
            throw NativeCalls.failure("wait for a record of the programs", Native.getLastError());
        }
    }

    /**
     * Shows records and leaves them in the ring.
     *
     * @return the position behind the last one: {@code until}, or less if a record is still being written
     */
    long peek(long until, Visitor visitor) {
        return visit(until, visitor, false);
    }

    /** As {@link #peek}, and gives the room back to the programs. */
    long read(long until, Visitor visitor) {
        return visit(until, visitor, true);
    }

    private long visit(long until, Visitor visitor, boolean release) {
        ByteBuffer bytes = producer.bytes();
        long position = consumerPosition();
        int unreleased = 0;
        while (position < until) {
            int at = pageSize + (int) (position & mask);
            int header = producer.getIntAcquire(at);
            if ((header & BUSY) != 0) {
                break;
            }
            int length = header & ~DISCARDED;
            if ((header & DISCARDED) == 0) {
                visitor.record(bytes, at + HEADER_BYTES, length);
            }
            position += HEADER_BYTES + ((length + 7L) & ~7L);
            if (release && ++unreleased == RECORDS_PER_RELEASE) {
                consumer.setRelease(0, position);
                unreleased = 0;
            }
        }
        if (unreleased > 0) {
            consumer.setRelease(0, position);
        }
        return position;
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
        pollDescriptor.close();
    }
}
