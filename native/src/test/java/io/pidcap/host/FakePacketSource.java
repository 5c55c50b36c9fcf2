package io.pidcap.host;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A packet source whose packets a test makes by hand. Everything that a test calls may be called from any thread.
 *
 * <p>While it {@link #holdBack holds back}, packets arrive but are not seen by {@link #pump}, as in a block that the kernel
 * has not handed over, and {@link #drainedUntil} stands still.
 */
public final class FakePacketSource implements PacketSource {
    private static final int HOLD_MILLIS = 5;
    private static final int PUMP_PACKETS = 64;

    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private final int snaplen;
    private long received;
    private long written;
    private long unwritten;
    private @Nullable ObservedTime drainedUntil;
    private @Nullable ObservedTime heldSince;
    private long pumps;
    private @Nullable HostException pumpFailure;
    private @Nullable HostException flushFailure;
    private @Nullable HostException createFailure;
    private boolean closed;

    public FakePacketSource() {
        this(262144);
    }

    public FakePacketSource(int snaplen) {
        this.snaplen = snaplen;
    }

    /** A packet of Ethernet's link type arrives now. */
    public synchronized void arrive(byte[] packet) {
        arrived.add(packet.clone());
        received++;
        notifyAll();
    }

    public synchronized void holdBack() {
        heldSince = Clocks.read();
    }

    public synchronized void letGo() {
        heldSince = null;
        notifyAll();
    }

    public synchronized void failNextPump(HostException failure) {
        pumpFailure = failure;
        notifyAll();
    }

    public synchronized void failNextFlush(HostException failure) {
        flushFailure = failure;
    }

    public synchronized void failNextSegment(HostException failure) {
        createFailure = failure;
    }

    /** How often {@link #pump} has returned. */
    public synchronized long pumps() {
        return pumps;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public boolean nanosecondTimestamps() {
        return true;
    }

    @Override
    public int snaplen() {
        return snaplen;
    }

    @Override
    public int holdMillis() {
        return HOLD_MILLIS;
    }

    @Override
    public synchronized Segment createSegment(Path file) {
        HostException failure = createFailure;
        if (failure != null) {
            createFailure = null;
            throw failure;
        }
        return new FakeSegment(file);
    }

    @Override
    public synchronized int pump(Segment segment, int waitMillis) {
        checkOpen();
        if (nothingToSee()) {
            awaitArrival(waitMillis);
        }
        HostException failure = pumpFailure;
        if (failure != null) {
            pumpFailure = null;
            throw failure;
        }
        int packets = 0;
        if (heldSince == null) {
            while (packets < PUMP_PACKETS && !arrived.isEmpty()) {
                ((FakeSegment) segment).append(arrived.remove());
                packets++;
            }
        }
        if (arrived.isEmpty() || heldSince != null) {
            drainedUntil = heldSince == null ? Clocks.read() : heldSince;
        }
        written += packets;
        pumps++;
        notifyAll();
        return packets;
    }

    @Override
    public synchronized void discard(int waitMillis) {
        checkOpen();
        if (nothingToSee()) {
            awaitArrival(waitMillis);
        }
        if (heldSince == null) {
            unwritten += arrived.size();
            arrived.clear();
            drainedUntil = Clocks.read();
        }
    }

    private boolean nothingToSee() {
        return arrived.isEmpty() || heldSince != null;
    }

    @SuppressWarnings("WaitNotInLoop") // to return early with nothing is allowed
    private void awaitArrival(int waitMillis) {
        try {
            wait(Math.max(1, Math.min(waitMillis, HOLD_MILLIS)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized @Nullable ObservedTime drainedUntil() {
        return drainedUntil;
    }

    @Override
    public synchronized CaptureCounters counters() {
        return new CaptureCounters(written, unwritten, received, 0, 0, 0);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("pumped after it was closed");
        }
    }

    private synchronized @Nullable HostException takeFlushFailure(long unflushed) {
        HostException failure = flushFailure;
        if (failure != null) {
            flushFailure = null;
            written -= unflushed;
            unwritten += unflushed;
        }
        return failure;
    }

    /** A pcap file written record by record; what is appended reaches the file with the next flush only. */
    private final class FakeSegment implements Segment {
        private final FileChannel channel;
        private final Deque<byte[]> unflushed = new ArrayDeque<>();
        private long length;

        private FakeSegment(Path file) {
            try {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                channel = FileChannel.open(file, StandardOpenOption.WRITE);
                write(header());
            } catch (IOException e) {
                throw new HostException(HostException.Code.IO, "create " + file + ": " + e, "", e);
            }
        }

        private ByteBuffer header() {
            return buffer(PcapRecords.HEADER_BYTES)
                    .putInt(0xa1b23c4d)
                    .putShort((short) 2)
                    .putShort((short) 4)
                    .putLong(0)
                    .putInt(snaplen)
                    .putInt(LinkType.ETHERNET.value())
                    .flip();
        }

        private ByteBuffer buffer(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        }

        private void append(byte[] packet) {
            unflushed.add(packet);
        }

        @Override
        public void flush() {
            HostException failure = takeFlushFailure(unflushed.size());
            try {
                if (failure != null) {
                    channel.close();
                    throw failure;
                }
                while (!unflushed.isEmpty()) {
                    write(recordOf(unflushed.remove()));
                }
            } catch (IOException e) {
                throw new HostException(HostException.Code.IO, "write: " + e, "", e);
            }
        }

        @Override
        public long readableBytes() {
            return length;
        }

        private ByteBuffer recordOf(byte[] packet) {
            Instant now = Instant.now();
            int caplen = Math.min(packet.length, snaplen);
            return buffer(16 + caplen)
                    .putInt((int) now.getEpochSecond())
                    .putInt(now.getNano())
                    .putInt(caplen)
                    .putInt(packet.length)
                    .put(packet, 0, caplen)
                    .flip();
        }

        private void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                length += channel.write(bytes);
            }
        }

        @Override
        public void close() {
            if (channel.isOpen()) {
                flush();
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new HostException(HostException.Code.IO, "close: " + e, "", e);
                }
            }
        }
    }
}
