package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Memory that processes have in use, from {@code VmRSS} of {@code /proc/PID/status}.
 *
 * @param bytes by the name of the process
 */
record Resident(Map<String, Long> bytes) {
    Resident {
        bytes = Map.copyOf(bytes);
    }

    static Resident of(Map<String, Long> pids) throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        for (Map.Entry<String, Long> each : pids.entrySet()) {
            String line = Files.readAllLines(Path.of("/proc/" + each.getValue() + "/status")).stream()
                    .filter(one -> one.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow();
            bytes.put(each.getKey(), 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
        }
        return new Resident(bytes);
    }

    double megabytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum() / 1e6;
    }

    @Override
    public String toString() {
        return new TreeMap<>(bytes)
                .entrySet().stream()
                        .map(each -> each.getKey() + " " + Spread.figures(each.getValue() / 1e6) + " MB")
                        .collect(Collectors.joining(", "));
    }
}
