package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How long {@code run} lets its command wait, and how much of that any JVM takes. */
final class ReadyBenchmark implements Benchmark {
    private static final double PROMISED_SECONDS = 1;

    @Override
    public String name() {
        return "ready";
    }

    @Override
    public String what() {
        return "from `run` to the command's start, and the start of a JVM alone";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        double[] ready = new double[place.rounds()];
        double[] jvm = new double[place.rounds()];
        List<String> version = new ArrayList<>(place.pidcap());
        version.add("--version");
        // The first one fills the page cache.
        secondsToCommand(place);
        for (int i = 0; i < ready.length; i++) {
            jvm[i] = Stopwatch.time(place.directory(), version).wallSeconds();
            ready[i] = secondsToCommand(place);
        }
        return List.of(
                Row.promised("`run` to the command's start", "s", ready, PROMISED_SECONDS, Target.atMost(1)),
                Row.of("`run` to the command's start", "s", ready, "`pidcap --version`", jvm, Target.NONE));
    }

    private static double secondsToCommand(Workplace place) throws IOException, InterruptedException {
        Path began = place.file("began");
        List<String> command = place.pidcap("run", "-i", "lo", "--force", "-w");
        command.add(place.file("ready.pcapng").toString());
        command.addAll(List.of("--", "bash", "-c", "echo \"$EPOCHREALTIME\" >\"$0\"", began.toString()));
        Instant asked = Instant.now();
        Stopwatch.time(place.directory(), command);
        String[] parts = Files.readString(began).strip().split("[.,]");
        Instant started =
                Instant.ofEpochSecond(Long.parseLong(parts[0])).plus(Long.parseLong(parts[1]), ChronoUnit.MICROS);
        return asked.until(started, ChronoUnit.MICROS) / 1e6;
    }
}
