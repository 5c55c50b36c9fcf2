package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Memory that processes have in use, from {@code /proc/PID/smaps_rollup}.
 *
 * @param byName by the name of the process
 */
record Resident(Map<String, Use> byName) {
    /**
     * @param residentBytes all pages that the process has mapped, also those that others have mapped too: of several
     *     processes such pages are counted several times
     * @param ownBytes the same, where of a page that n processes have mapped each has the nth part: what processes occupy
     *     together is the sum
     */
    record Use(long residentBytes, long ownBytes) {}

    Resident {
        byName = Map.copyOf(byName);
    }

    static Resident of(Map<String, Long> pids) throws IOException {
        Map<String, Use> byName = new TreeMap<>();
        for (Map.Entry<String, Long> each : pids.entrySet()) {
            List<String> lines = Files.readAllLines(Path.of("/proc/" + each.getValue() + "/smaps_rollup"));
            byName.put(each.getKey(), new Use(bytes(lines, "Rss:"), bytes(lines, "Pss:")));
        }
        return new Resident(byName);
    }

    private static long bytes(List<String> lines, String field) {
        String line =
                lines.stream().filter(one -> one.startsWith(field)).findFirst().orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    /** What they occupy together. */
    double megabytes() {
        return sum(Use::ownBytes);
    }

    /** The sum of what each has mapped. */
    double mappedMegabytes() {
        return sum(Use::residentBytes);
    }

    private double sum(ToLongFunction<Use> part) {
        return byName.values().stream().mapToLong(part).sum() / 1e6;
    }

    @Override
    public String toString() {
        return byName.entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .map(each ->
                        each.getKey() + " " + Spread.figures(each.getValue().ownBytes() / 1e6) + " MB of "
                                + Spread.figures(each.getValue().residentBytes() / 1e6) + " mapped")
                .collect(Collectors.joining(", "));
    }
}
