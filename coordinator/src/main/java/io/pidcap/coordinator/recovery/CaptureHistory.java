package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.session.InterfaceCounters;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.CaptureMapper;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a journal tells of the capture-worker's counters. One thread. */
final class CaptureHistory {
    private InterfaceCounters counters = new InterfaceCounters(List.of());
    private @Nullable Instant drainedUntil;

    /** @param asked as the user named them */
    void asked(List<String> asked) {
        counters = new InterfaceCounters(asked);
    }

    void ready(CaptureReady ready) {
        counters.runOpened(ready.getInterfacesList());
        drainedUntil = null;
    }

    /** Of the run that was the last to be ready. */
    void progress(SpoolProgress progress) {
        if (counters.isOpen(progress.getInterface())) {
            counters.counted(progress.getInterface(), CaptureMapper.toModel(progress.getCounters()));
        }
        if (progress.getDrainedUntilEpochNanos() > 0) {
            drainedUntil = Instant.ofEpochSecond(0, progress.getDrainedUntilEpochNanos());
        }
    }

    /** Until when the newest run's packets are known to be there; null: not known. */
    @Nullable
    Instant drainedUntil() {
        return drainedUntil;
    }

    InterfaceCounters counters() {
        return counters;
    }
}
