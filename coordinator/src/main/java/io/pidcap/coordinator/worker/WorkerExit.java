package io.pidcap.coordinator.worker;

import java.util.List;

/**
 * How a worker's process ended.
 *
 * @param status as the system gives it to a parent: 0 to 255, or 128 + n for signal n
 * @param stderrTail the last lines that it wrote to its log
 */
public record WorkerExit(int status, List<String> stderrTail) {
    private static final int FIRST_SIGNAL_STATUS = 128;

    public WorkerExit {
        stderrTail = List.copyOf(stderrTail);
    }

    /** For a sentence such as "capture-worker: killed by signal 9". */
    public String describe() {
        String how = status > FIRST_SIGNAL_STATUS
                ? "ended by signal " + (status - FIRST_SIGNAL_STATUS)
                : "ended with status " + status;
        return stderrTail.isEmpty() ? how : how + ": " + stderrTail.get(stderrTail.size() - 1);
    }
}
