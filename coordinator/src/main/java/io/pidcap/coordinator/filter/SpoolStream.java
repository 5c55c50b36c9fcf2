package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.clock.PacketClock;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.PcapCursor;
import io.pidcap.protocol.file.PcapFileReader;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one interface in one run of a capture-worker, read one after the other while they grow. Owned by the
 * filter's thread.
 *
 * <p>What is damaged is given up from the damage to the end of its segment, counted and said; the next segment is read.
 */
final class SpoolStream {
    /** Where it tells what became of its segments. */
    interface Observer {
        /** Every packet of it has been consumed. */
        void segmentFinished(SpoolSegment segment) throws IOException;

        void problem(String what);
    }

    private static final int BUFFER_BYTES = 1 << 20;

    /** What one announcement added: packets captured between two monotonic times. */
    private record Part(long readableBytes, long afterNanos, long untilNanos) {}

    private static final class Growing {
        final SpoolSegment segment;
        /** Those that the reader was not told of. */
        final ArrayDeque<Part> parts = new ArrayDeque<>();

        long readableBytes;
        boolean ended;
        boolean damaged;

        Growing(SpoolSegment segment) {
            this.segment = segment;
        }
    }

    private final int run;
    private final int interfaceNumber;
    private final int outputInterface;
    private final StreamPosition start;
    private final LinkType linkType;
    private final PacketClock clock;
    private final Observer observer;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ArrayDeque<Growing> segments = new ArrayDeque<>();
    private int newestSegment;
    private @Nullable PcapFileReader reader;
    /** What the reader was told to be readable. */
    private long readerBytes;

    private boolean onPacket;
    private long packetMonotonicNanos;
    private long drainedUntilMonotonicNanos;
    private boolean runEnded;
    private long announcedBytes;
    private long finishedBytes;
    private long unreadableBytes;

    /**
     * @param start what lies before it is not there any more, or was consumed before
     * @param outputInterface its number in the output
     */
    SpoolStream(
            FilterCommand.RunOpened opened,
            StreamPosition start,
            LinkType linkType,
            int outputInterface,
            PacketClock clock,
            Observer observer) {
        this.run = opened.run();
        this.drainedUntilMonotonicNanos = opened.openingMonotonicNanos();
        this.start = start;
        this.interfaceNumber = start.interfaceNumber();
        this.linkType = linkType;
        this.outputInterface = outputInterface;
        this.clock = clock;
        this.observer = observer;
    }

    LinkType linkType() {
        return linkType;
    }

    int outputInterface() {
        return outputInterface;
    }

    void progress(FilterCommand.ProgressArrived progress) {
        if (progress.segment() < start.segment()) {
            drainedUntilMonotonicNanos = Math.max(drainedUntilMonotonicNanos, progress.drainedUntilMonotonicNanos());
            return;
        }
        Growing last = segments.peekLast();
        if (progress.segment() > newestSegment) {
            newestSegment = progress.segment();
            if (last != null) {
                last.ended = true;
            }
            last = new Growing(new SpoolSegment(run, interfaceNumber, progress.segment(), progress.file()));
            segments.add(last);
        }
        if (last == null || last.segment.segment() != progress.segment()) {
            observer.problem(progress.file() + ": announced again after its end");
            return;
        }
        ObservedTime announced = progress.announced();
        grow(last, progress.readableBytes(), announced == null ? Long.MAX_VALUE : announced.monotonicNanos());
        last.ended |= progress.ended();
        drainedUntilMonotonicNanos = Math.max(drainedUntilMonotonicNanos, progress.drainedUntilMonotonicNanos());
    }

    private void grow(Growing segment, long readableBytes, long untilNanos) {
        if (readableBytes > segment.readableBytes) {
            announcedBytes += readableBytes - segment.readableBytes;
            segment.readableBytes = readableBytes;
            segment.parts.add(new Part(readableBytes, drainedUntilMonotonicNanos, untilNanos));
        }
    }

    /** Nothing more is announced. A worker that died may have written more than it could announce. */
    void runEnded() {
        runEnded = true;
        Growing last = segments.peekLast();
        if (last == null || last.ended) {
            return;
        }
        last.ended = true;
        try {
            grow(last, Files.size(last.segment.file()), Long.MAX_VALUE);
        } catch (IOException e) {
            observer.problem(words("read the size of", last.segment, e));
        }
    }

    /** True if there is a packet that was not consumed: it is at {@link #cursor}. */
    boolean hasPacket() throws IOException {
        while (!onPacket) {
            Growing first = segments.peek();
            if (first == null) {
                return false;
            }
            if (read(first)) {
                onPacket = true;
                packetMonotonicNanos = clock.monotonicNanos(cursor().epochNanos());
            } else if (first.ended) {
                finish(segments.remove());
            } else {
                return false;
            }
        }
        return true;
    }

    /** False: nothing more is in what is readable of it now. */
    private boolean read(Growing segment) {
        if (segment.damaged) {
            return false;
        }
        try {
            PcapFileReader current = reader;
            if (current == null) {
                FileChannel channel = FileChannel.open(segment.segment.file(), StandardOpenOption.READ);
                current = new PcapFileReader(channel, buffer, segment.segment.toString());
                reader = current;
            }
            do {
                while (!current.next()) {
                    Part part = segment.parts.poll();
                    if (part == null) {
                        return false;
                    }
                    current.setReadable(part.readableBytes());
                    readerBytes = part.readableBytes();
                    clock.enter(part.afterNanos(), part.untilNanos());
                }
            } while (isBeforeStart(segment.segment));
            return true;
        } catch (IOException e) {
            observer.problem(words("read", segment.segment, e));
            segment.damaged = true;
            return false;
        }
    }

    /** Of the record at the cursor. */
    private boolean isBeforeStart(SpoolSegment segment) {
        return segment.segment() == start.segment() && readTo() <= start.bytes();
    }

    private static String words(String operation, Object object, IOException e) {
        if (e instanceof CaptureFileException) {
            return String.valueOf(e.getMessage());
        }
        String why = e instanceof NoSuchFileException ? "No such file or directory" : e.getMessage();
        return operation + " " + object + ": " + why;
    }

    private void finish(Growing segment) throws IOException {
        long left = segment.readableBytes - readTo();
        if (left > 0) {
            unreadableBytes += left;
            observer.problem(
                    segment.segment + ": the last " + left + " of " + segment.readableBytes + " bytes cannot be read");
        }
        finishedBytes += segment.readableBytes;
        close();
        observer.segmentFinished(segment.segment);
    }

    private long readTo() {
        return reader == null ? 0 : readerBytes - reader.leftBytes();
    }

    /** Behind the last packet that was consumed. */
    StreamPosition position() {
        Growing first = segments.peek();
        if (first == null) {
            return new StreamPosition(interfaceNumber, Math.max(newestSegment + 1, start.segment()), 0);
        }
        int segment = first.segment.segment();
        long consumed = onPacket ? cursor().recordFileOffset() : readTo();
        return new StreamPosition(
                interfaceNumber, segment, segment == start.segment() ? Math.max(start.bytes(), consumed) : consumed);
    }

    PcapCursor cursor() {
        return Objects.requireNonNull(reader, "no packet").cursor();
    }

    /** When the packet at {@link #cursor} was captured. */
    long packetMonotonicNanos() {
        return packetMonotonicNanos;
    }

    void consume() {
        onPacket = false;
    }

    /** No packet of an earlier time will come, as far as is known; ask when there is none. */
    long quietUntilMonotonicNanos() {
        return runEnded ? Long.MAX_VALUE : drainedUntilMonotonicNanos;
    }

    boolean isExhausted() throws IOException {
        return runEnded && !hasPacket();
    }

    long announcedBytes() {
        return announcedBytes;
    }

    long doneBytes() {
        return finishedBytes + readTo();
    }

    long unreadableBytes() {
        return unreadableBytes;
    }

    /** Lets go of the file. */
    void close() {
        PcapFileReader current = reader;
        reader = null;
        onPacket = false;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                observer.problem(words("close a segment of", "run " + run, e));
            }
        }
    }
}
