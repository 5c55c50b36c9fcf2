package io.pidcap.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The memory that the processes of a session have in use, from {@code VmRSS} of {@code /proc/PID/status}. */
public record Footprint(Map<String, Long> megabytes) {
    public Footprint {
        megabytes = Map.copyOf(megabytes);
    }

    /** Of the one session that runs. */
    public static Footprint of(Pidcap pidcap) throws Exception {
        JsonNode session = Status.parse(pidcap.run("status", "--json").out()).get(0);
        Map<String, Long> megabytes = new LinkedHashMap<>();
        megabytes.put("coordinator", residentMegabytes(session.get("pid").asLong()));
        for (JsonNode run : session.at("/report/workerRuns")) {
            if (run.get("ended").isNull()) {
                megabytes.put(
                        run.get("worker").asString(),
                        residentMegabytes(run.get("pid").asLong()));
            }
        }
        return new Footprint(megabytes);
    }

    private static long residentMegabytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    public long sum() {
        return megabytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
