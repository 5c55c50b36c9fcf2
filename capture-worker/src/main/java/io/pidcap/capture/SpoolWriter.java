package io.pidcap.capture;

import io.pidcap.host.Clocks;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool of one interface: names the segments, and begins a new one when the last is full. Owned by the loop. */
final class SpoolWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolWriter.class);

    private final PacketSource source;
    private final Path directory;
    private final int run;
    private final int interfaceNumber;
    private final long segmentBytes;

    private int segmentNumber;
    private String file = "";
    private PacketSource.Segment segment;
    private boolean ended;

    /** @throws HostException the first segment cannot be created */
    SpoolWriter(PacketSource source, Path directory, int run, int interfaceNumber, long segmentBytes) {
        this.source = source;
        this.directory = directory;
        this.run = run;
        this.interfaceNumber = interfaceNumber;
        this.segmentBytes = segmentBytes;
        this.segment = next();
    }

    private PacketSource.Segment next() {
        int number = segmentNumber + 1;
        String name = String.format(Locale.ROOT, "run%d-if%d-%06d.pcap", run, interfaceNumber, number);
        PacketSource.Segment created = source.createSegment(directory.resolve(name));
        segmentNumber = number;
        file = name;
        ended = false;
        return created;
    }

    /** Copies what has arrived; waits for it at most so long. */
    void pump(int waitMillis) {
        source.pump(segment, waitMillis);
    }

    /** Flushes, and ends the segment if it is full. */
    void flush() {
        flushSegment();
        if (segment.readableBytes() >= segmentBytes) {
            end();
        }
    }

    private void flushSegment() {
        try {
            segment.flush();
        } catch (HostException e) {
            // The source has cut the segment behind its last whole record, and closed it.
            ended = true;
            throw e;
        }
    }

    /** Call when the segment has ended; if this throws, that one is still the last. */
    void beginNext() {
        segment = next();
    }

    /** Flushes and closes what is open. */
    void end() {
        if (!ended) {
            flushSegment();
            ended = true;
            segment.close();
        }
    }

    /** Closes and deletes the segment; nothing was announced. A file that stays is in the way of the next attempt only. */
    void discard() {
        end();
        Path abandoned = directory.resolve(file);
        try {
            Files.deleteIfExists(abandoned);
        } catch (IOException e) {
            LOG.warn("delete {}: {}", abandoned, e.toString());
        }
    }

    /** What can be read, also after any of the others has thrown. */
    SpoolPosition position() {
        return new SpoolPosition(
                interfaceNumber,
                segmentNumber,
                file,
                segment.readableBytes(),
                ended,
                source.drainedUntil(),
                Clocks.read(),
                source.counters());
    }
}
