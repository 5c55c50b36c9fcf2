package io.pidcap.coordinator.filter;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams of one run of a capture-worker, merged by the times of their packets. Owned by the filter's thread. */
final class SpoolRun {
    private final int number;
    private final List<SpoolStream> streams;

    SpoolRun(int number, List<SpoolStream> streams) {
        this.number = number;
        this.streams = List.copyOf(streams);
    }

    int number() {
        return number;
    }

    List<SpoolStream> streams() {
        return streams;
    }

    /** The stream with the earliest packet; null if none has one. */
    @Nullable
    SpoolStream earliest() throws IOException {
        SpoolStream earliest = null;
        long earliestMonotonicNanos = Long.MAX_VALUE;
        for (SpoolStream stream : streams) {
            if (stream.hasPacket()) {
                long at = stream.packetMonotonicNanos();
                if (earliest == null || at < earliestMonotonicNanos) {
                    earliest = stream;
                    earliestMonotonicNanos = at;
                }
            }
        }
        return earliest;
    }

    /** Up to this time, all packets of the streams that have none now have been there. */
    long quietUntilMonotonicNanos() throws IOException {
        long quiet = Long.MAX_VALUE;
        for (SpoolStream stream : streams) {
            if (!stream.hasPacket()) {
                quiet = Math.min(quiet, stream.quietUntilMonotonicNanos());
            }
        }
        return quiet;
    }

    void runEnded() {
        streams.forEach(SpoolStream::runEnded);
    }

    boolean isExhausted() throws IOException {
        for (SpoolStream stream : streams) {
            if (!stream.isExhausted()) {
                return false;
            }
        }
        return true;
    }

    void close() {
        streams.forEach(SpoolStream::close);
    }
}
