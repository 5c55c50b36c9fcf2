package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long each thread of a process has run, from {@code /proc/PID/task/TID/schedstat}, whose first number counts
 * nanoseconds; the process's own {@code stat} counts hundredths of a second.
 *
 * @param nanosByThread the name and the number of a thread to what it has run since it began
 */
record ThreadCpu(Map<String, Long> nanosByThread) {
    ThreadCpu {
        nanosByThread = Map.copyOf(nanosByThread);
    }

    static ThreadCpu of(long pid) throws IOException {
        Map<String, Long> nanos = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                read(task, nanos);
            }
        }
        return new ThreadCpu(nanos);
    }

    private static void read(Path task, Map<String, Long> nanos) throws IOException {
        try {
            String name = Files.readString(task.resolve("comm")).strip();
            String ran = Files.readString(task.resolve("schedstat"));
            nanos.put(name + " " + task.getFileName(), Long.parseLong(ran.split(" ", 2)[0]));
        } catch (NoSuchFileException e) {
            // It ended since it was listed.
        }
    }

    /** What each has run since {@code earlier}; one that ended in between is left out. */
    ThreadCpu since(ThreadCpu earlier) {
        Map<String, Long> difference = new TreeMap<>();
        nanosByThread.forEach(
                (thread, nanos) -> difference.put(thread, nanos - earlier.nanosByThread.getOrDefault(thread, 0L)));
        return new ThreadCpu(difference);
    }

    double seconds() {
        return nanosByThread.values().stream().mapToLong(Long::longValue).sum() / 1e9;
    }

    /** The threads that ran most, in percent of a core. */
    String most(double wallSeconds) {
        List<Map.Entry<String, Long>> most = nanosByThread.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(8)
                .toList();
        return most.stream()
                .map(each -> each.getKey().replaceAll(" [0-9]+$", "") + " "
                        + Spread.figures(each.getValue() / 1e7 / wallSeconds) + " %")
                .collect(Collectors.joining(", "));
    }
}
