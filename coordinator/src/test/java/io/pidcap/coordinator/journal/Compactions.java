package io.pidcap.coordinator.journal;

import io.pidcap.protocol.file.JournalParts;
import io.pidcap.protocol.v1.SegmentFiltered;
import java.io.IOException;

/** Compacts at once, for tests elsewhere. */
public final class Compactions {
    private Compactions() {}

    /**
     * Compacts all files but those behind {@code lastPart}.
     *
     * @return the bytes of those files then
     */
    public static long compact(JournalParts parts, int lastPart, SegmentFiltered checkpoint) throws IOException {
        return JournalCompactor.compact(parts, lastPart, checkpoint, () -> false);
    }
}
