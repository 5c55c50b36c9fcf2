package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where benchmarks run and how large they are.
 *
 * @param directory temporary; whoever runs the benchmarks deletes it
 * @param pidcap the command line's beginning, such as {@code ./pidcap}
 * @param rounds that count
 * @param packets of the captures that are made
 */
public record Workplace(Path directory, List<String> pidcap, int rounds, int packets) {
    /** Two million packets are 0.9 GB. */
    public static final int FULL_PACKETS = 2_000_000;

    public Workplace {
        pidcap = List.copyOf(pidcap);
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    public List<String> pidcap(String... arguments) {
        List<String> command = new ArrayList<>(pidcap);
        command.addAll(List.of(arguments));
        return command;
    }

    /** So much of what is measured as of the packets; at least one. */
    public long scaled(long full) {
        return Math.max(1, full * packets / FULL_PACKETS);
    }

    /** Progress, for who waits. */
    public void say(String what) {
        System.err.println("bench: " + what);
    }

    /** Everything in the directory. */
    void clear() throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        }
    }
}
