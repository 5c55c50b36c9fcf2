package io.pidcap.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the kernel tells of one thread's credentials in {@code /proc/PID/task/TID/status}, see proc(5). Capabilities are
 * bits of linux/capability.h.
 *
 * @param userIds real, effective, saved and of the file system
 * @param groupIds the same
 */
public record ThreadStatus(
        String name,
        long permitted,
        long effective,
        long inheritable,
        long bounding,
        long ambient,
        List<Integer> userIds,
        List<Integer> groupIds,
        List<Integer> groups,
        boolean noNewPrivileges) {
    /** All threads of a process; one that ends meanwhile is left out. */
    public static List<ThreadStatus> of(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.flatMap(ThreadStatus::read).toList();
        }
    }

    private static Stream<ThreadStatus> read(Path task) {
        try {
            List<String> lines = Files.readAllLines(task.resolve("status"));
            return Stream.of(new ThreadStatus(
                    field(lines, "Name"),
                    bits(lines, "CapPrm"),
                    bits(lines, "CapEff"),
                    bits(lines, "CapInh"),
                    bits(lines, "CapBnd"),
                    bits(lines, "CapAmb"),
                    numbers(lines, "Uid"),
                    numbers(lines, "Gid"),
                    numbers(lines, "Groups"),
                    field(lines, "NoNewPrivs").equals("1")));
        } catch (IOException e) {
            if (!Files.exists(task)) {
                return Stream.empty();
            }
            throw new UncheckedIOException(e);
        }
    }

    private static String field(List<String> lines, String name) {
        String start = name + ":";
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static long bits(List<String> lines, String name) {
        return Long.parseLong(field(lines, name), 16);
    }

    private static List<Integer> numbers(List<String> lines, String name) {
        String text = field(lines, name);
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split("\\s+")).map(Integer::valueOf).toList();
    }

    /** Whether it has these capabilities and no other, and inherits none. */
    public boolean holdsExactly(long expected) {
        return permitted == expected && effective == expected && inheritable == 0 && ambient == 0;
    }
}
