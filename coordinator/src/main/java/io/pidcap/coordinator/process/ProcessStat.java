package io.pidcap.coordinator.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Of {@code /proc/PID/stat}, proc_pid_stat(5), what tells whether a process has ended.
 *
 * @param state a letter
 * @param threads that are there, also those that have ended and wait for the others
 */
record ProcessStat(char state, long threads) {
    /** Of the fields behind the name, counted from the state. */
    private static final int THREADS = 17;

    /** Empty: there is no such process, or this system has no such files, or does not let us read it. */
    static Optional<ProcessStat> read(long pid) {
        try {
            // A name may be of any bytes.
            return parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @param line {@code PID (NAME) STATE …}, where the name may hold spaces and parentheses, too */
    static Optional<ProcessStat> parse(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields.length <= THREADS || fields[0].length() != 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ProcessStat(fields[0].charAt(0), Long.parseLong(fields[THREADS])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Nothing of it runs: it only waits for its parent to ask how it ended. While other threads than the first are there,
     * a process in that state still has its files and its memory.
     */
    boolean hasEnded() {
        return state == 'X' || state == 'x' || (state == 'Z' && threads <= 1);
    }
}
