package io.pidcap.coordinator.journal;

import io.pidcap.protocol.v1.RunSpoolProgress;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StreamPosition;
import java.util.HashMap;
import java.util.Map;

/**
 * Which announcements of the spool are needed: of each interface the last, for its counters; all of what is not in the
 * output yet, and the one before that. One thread.
 */
final class SpoolSurvey {
    private record Stream(int run, int interfaceNumber) {}

    private final SegmentFiltered checkpoint;
    private final Map<Stream, Long> last = new HashMap<>();
    private final Map<Stream, Long> lastBeforeCheckpoint = new HashMap<>();
    private long lastFiltered = -1;

    /** @param checkpoint what lies before it is in the output */
    SpoolSurvey(SegmentFiltered checkpoint) {
        this.checkpoint = checkpoint;
    }

    void progress(RunSpoolProgress body, long index) {
        last.put(streamOf(body), index);
        if (isBeforeCheckpoint(body)) {
            lastBeforeCheckpoint.put(streamOf(body), index);
        }
    }

    void filtered(long index) {
        lastFiltered = index;
    }

    boolean needsProgress(RunSpoolProgress body, long index) {
        return !isBeforeCheckpoint(body)
                || last.getOrDefault(streamOf(body), index) == index
                || lastBeforeCheckpoint.getOrDefault(streamOf(body), index) == index;
    }

    boolean needsFiltered(long index) {
        return index == lastFiltered;
    }

    private static Stream streamOf(RunSpoolProgress body) {
        return new Stream(body.getRun(), body.getProgress().getInterface());
    }

    private boolean isBeforeCheckpoint(RunSpoolProgress body) {
        SpoolProgress progress = body.getProgress();
        if (body.getRun() != checkpoint.getRun()) {
            return body.getRun() < checkpoint.getRun();
        }
        for (StreamPosition position : checkpoint.getPositionsList()) {
            if (position.getInterface() == progress.getInterface()) {
                return progress.getSegment() < position.getSegment()
                        || (progress.getSegment() == position.getSegment()
                                && progress.getReadableBytes() <= position.getBytes());
            }
        }
        return false;
    }
}
