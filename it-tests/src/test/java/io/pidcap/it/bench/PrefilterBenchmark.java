package io.pidcap.it.bench;

import io.pidcap.it.support.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A session with and without {@code --prefilter}, where one packet of a hundred is wanted. */
final class PrefilterBenchmark implements Benchmark {
    private static final int NOISE_PER_SECOND = 300_000;
    private static final int WANTED_PER_SECOND = 3_000;
    private static final int MILLIS = 4_000;
    private static final double LEAST_SECONDS = 1;
    private static final double PROMISED_DROPPED_PERCENT = 95;
    /** With the headers of Ethernet, IP, UDP and of a record of the spool. */
    private static final double RECORD_BYTES = 1400 + 42 + 16;

    private static final double TICKS_PER_SECOND = 100;

    /** What one session was worth. */
    private record Outcome(double cpuSeconds, double spoolMegabytes, double keptPercent, double droppedPercent) {}

    @Override
    public String name() {
        return "prefilter";
    }

    @Override
    public String what() {
        return "a session with and without --prefilter, 300,000 packets a second of 1,400 bytes, 1 % of them wanted";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        Talkers.compile(place);
        List<Outcome> with = new ArrayList<>();
        List<Outcome> without = new ArrayList<>();
        for (int i = 0; i < place.rounds(); i++) {
            if (i % 2 == 0) {
                with.add(session(place, true));
                without.add(session(place, false));
            } else {
                without.add(session(place, false));
                with.add(session(place, true));
            }
        }
        String peer = "without --prefilter";
        return List.of(
                Row.of(
                        "CPU of a session, 1 % wanted",
                        "CPU s",
                        figures(with, Outcome::cpuSeconds),
                        peer,
                        figures(without, Outcome::cpuSeconds),
                        Target.atMost(1)),
                Row.of(
                        "written to the spool, 1 % wanted",
                        "MB",
                        figures(with, Outcome::spoolMegabytes),
                        peer,
                        figures(without, Outcome::spoolMegabytes),
                        Target.atMost(1)),
                Row.of(
                        "kept of the wanted packets",
                        "%",
                        figures(with, Outcome::keptPercent),
                        peer,
                        figures(without, Outcome::keptPercent),
                        Target.atLeast(1)),
                Row.promised(
                        "of the others dropped in the kernel",
                        "%",
                        figures(with, Outcome::droppedPercent),
                        PROMISED_DROPPED_PERCENT,
                        Target.atLeast(1)));
    }

    private static double[] figures(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        return outcomes.stream().mapToDouble(figure).toArray();
    }

    private static Outcome session(Workplace place, boolean prefilter) throws IOException, InterruptedException {
        Path state = place.file("state");
        Path output = place.file("out.pcapng");
        double seconds = Math.max(LEAST_SECONDS, place.scaled(MILLIS) / 1000.0);
        try (Talkers talkers = Talkers.start(place, NOISE_PER_SECOND, WANTED_PER_SECOND, seconds)) {
            List<String> start = new ArrayList<>(
                    List.of("start", "-n", Talkers.WANTED, "-i", "lo", "-w", output.toString(), "--force"));
            if (prefilter) {
                start.add("--prefilter");
            }
            String id = pidcap(place, state, talkers.enter(), start).strip();
            JsonNode session = Status.parse(pidcap(place, state, List.of(), List.of("status", "--json")))
                    .get(0);
            List<Long> pids = pids(session);
            double before = cpuSeconds(pids);
            Talkers.Sent sent = talkers.talk();
            double used = cpuSeconds(pids) - before;
            JsonNode report = Status.parse(pidcap(place, state, List.of(), List.of("stop", id, "--json")));
            JsonNode packets = report.get("packets");
            place.say((prefilter ? "with" : "without") + " the prefilter: " + packets);
            if (packets.get("kept").asLong() > sent.wanted()) {
                throw new IllegalStateException("kept more than was sent: " + packets + ", " + sent);
            }
            return new Outcome(
                    Math.max(1 / TICKS_PER_SECOND, used),
                    report.get("interfaces").get(0).get("written").asLong() * RECORD_BYTES / 1e6,
                    100.0 * packets.get("kept").asLong() / sent.wanted(),
                    100.0 * packets.get("skipped").get("by the prefilter").asLong() / sent.noise());
        } finally {
            delete(state);
        }
    }

    private static List<Long> pids(JsonNode session) {
        List<Long> pids = new ArrayList<>(List.of(session.get("pid").asLong()));
        for (JsonNode run : session.get("report").get("workerRuns")) {
            pids.add(run.get("pid").asLong());
        }
        return pids;
    }

    /** Fields 14 and 15 of proc(5), stat. */
    private static double cpuSeconds(List<Long> pids) throws IOException {
        long ticks = 0;
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.UTF_8);
            String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(behindName[11]) + Long.parseLong(behindName[12]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static String pidcap(Workplace place, Path state, List<String> prefix, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(place.pidcap(arguments.toArray(String[]::new)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PIDCAP_HOME", state.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + process.exitValue());
        }
        return output;
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
