package io.pidcap.coordinator.worker;

import java.util.List;

/**
 * How a worker's process ended.
 *
 * @param status as the system gives it to a parent: 0 to 255, or 128 + n for signal n; {@link #UNKNOWN_STATUS}
 * @param stderrTail the last lines that it wrote to its log
 */
public record WorkerExit(int status, List<String> stderrTail) {
    /** Nobody told it. */
    static final int UNKNOWN_STATUS = -1;

    private static final int FIRST_SIGNAL_STATUS = 128;

    public WorkerExit {
        stderrTail = List.copyOf(stderrTail);
    }

    /** For a sentence such as "capture-worker ended by signal 9". */
    public String describe() {
        if (status > FIRST_SIGNAL_STATUS) {
            return "ended by signal " + (status - FIRST_SIGNAL_STATUS);
        }
        String how = status == UNKNOWN_STATUS ? "is not watched any more" : "ended with status " + status;
        String lastWords = lastWords();
        return lastWords.isEmpty() ? how : how + ": " + lastWords;
    }

    /** The last line that is not a log line of the ordinary course of things. */
    private String lastWords() {
        for (int i = stderrTail.size() - 1; i >= 0; i--) {
            String line = stderrTail.get(i).strip();
            if (!line.contains(" INFO ") && !line.startsWith("at ")) {
                return line;
            }
        }
        return "";
    }
}
