package io.pidcap.it.bench;

import io.pidcap.it.support.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/** A session in the background, begun and ended by the command line that is measured. */
final class LiveSession implements AutoCloseable {
    private static final long END_SECONDS = 60;

    private final Workplace place;
    private final String id;
    private boolean ended;

    private LiveSession(Workplace place, String id) {
        this.place = place;
        this.id = id;
    }

    /**
     * Returns when it is ready.
     *
     * @param prefix a command that runs the rest
     */
    static LiveSession start(Workplace place, List<String> prefix, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(place.pidcap("start"));
        command.addAll(List.of(options));
        return new LiveSession(place, output(place, command).strip());
    }

    JsonNode report() throws IOException, InterruptedException {
        return Status.parse(output(place, place.pidcap("status", "--json")))
                .get(0)
                .get("report");
    }

    /** The processes by what they are: {@code coordinator}, {@code capture}, {@code events}. */
    Map<String, Long> pids() throws IOException, InterruptedException {
        JsonNode session =
                Status.parse(output(place, place.pidcap("status", "--json"))).get(0);
        Map<String, Long> pids = new LinkedHashMap<>();
        pids.put("coordinator", session.get("pid").asLong());
        for (JsonNode run : session.get("report").get("workerRuns")) {
            pids.put(run.get("worker").asString(), run.get("pid").asLong());
        }
        return pids;
    }

    /** Ends it; its report. */
    JsonNode stop() throws IOException, InterruptedException {
        ended = true;
        return Status.parse(output(place, place.pidcap("stop", id, "--json")));
    }

    /**
     * How an end went.
     *
     * @param fileSeconds from the request until the output had its name, which it gets when it is complete
     * @param commandSeconds from the request until the command was over
     */
    record Ended(double fileSeconds, double commandSeconds, JsonNode report) {}

    /** Ends it; {@code output} must not be there before. */
    Ended stop(Path output) throws IOException, InterruptedException {
        long begunNanos = System.nanoTime();
        CompletableFuture<Double> file = CompletableFuture.supplyAsync(() -> {
            while (!Files.exists(output) && System.nanoTime() - begunNanos < TimeUnit.SECONDS.toNanos(END_SECONDS)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            return (System.nanoTime() - begunNanos) / 1e9;
        });
        JsonNode report = stop();
        return new Ended(file.join(), (System.nanoTime() - begunNanos) / 1e9, report);
    }

    private static String output(Workplace place, List<String> command) throws IOException, InterruptedException {
        Path errors = place.file("session.err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(place.directory().toFile())
                .redirectError(errors.toFile());
        builder.environment().put("PIDCAP_HOME", place.file("state").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + Files.readString(errors));
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        if (!ended) {
            try {
                stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
