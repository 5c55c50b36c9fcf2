package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.process.ProcessLife;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Workers that outlive their coordinator: they end by themselves, unless they hang; then they are killed. */
final class LeftWorkers {
    private static final Duration END = Duration.ofSeconds(5);

    /** Both times are rounded, and the clock may have been set in between. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(3);

    private LeftWorkers() {}

    /**
     * Waits until none of them is there.
     *
     * @param runs of which no end is known
     * @return what had to be done, one sentence each
     */
    static List<String> end(List<WorkerLife> runs) throws InterruptedException {
        List<String> notes = new ArrayList<>();
        for (WorkerLife run : runs) {
            Optional<ProcessHandle> process = ProcessHandle.of(run.pid()).filter(found -> isSame(found, run.started()));
            if (process.isPresent() && !ProcessLife.awaitEnd(process.get(), END)) {
                process.get().destroyForcibly();
                ProcessLife.awaitEnd(process.get(), END);
                notes.add("the " + run.role().program() + " (pid " + run.pid()
                        + ") did not end by itself and was killed");
            }
        }
        return notes;
    }

    private static boolean isSame(ProcessHandle process, Instant started) {
        Optional<Instant> actual = process.info().startInstant();
        return actual.isPresent()
                && Duration.between(actual.get(), started).abs().compareTo(START_TOLERANCE) <= 0;
    }
}
