package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Very many connections for a minute, of one program that is wanted and one that is not. */
final class ConnectionsBenchmark implements Benchmark {
    private static final int RATE_OF_EACH = 5_000;
    private static final int MILLIS = 60_000;
    private static final String WANTED = "cost-wanted";
    private static final String BYSTANDER = "cost-other";

    @Override
    public String name() {
        return "connections";
    }

    @Override
    public String what() {
        return "10,000 connections a second for a minute: what is lost, and memory from its middle to its end";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle().or(Tools::tcpdump);
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        CostProgram program = CostProgram.compile(place);
        CostProgram wanted = program.as(place, WANTED);
        CostProgram bystander = program.as(place, BYSTANDER);
        Path output = place.file("connections.pcap");
        double seconds = place.scaled(MILLIS) / 1000.0;
        // Once, however many rounds: a minute is long.
        try (LiveSession session = LiveSession.start(
                place, List.of(), "-n", WANTED, "-i", "lo", "--force", "-w", output.toString(), "-f", "tcp")) {
            Map<String, Long> pids = session.pids();
            Process ours = wanted.start("connect", RATE_OF_EACH, seconds);
            Process others = bystander.start("connect", RATE_OF_EACH, seconds);
            TimeUnit.MILLISECONDS.sleep((long) (seconds * 500));
            Resident middle = Resident.of(pids);
            long made = made(ours);
            long madeByOthers = made(others);
            Resident end = Resident.of(pids);
            long begunNanos = System.nanoTime();
            JsonNode report = session.stop();
            double stopSeconds = (System.nanoTime() - begunNanos) / 1e9;
            JsonNode packets = report.get("packets");
            long dropped = 0;
            for (JsonNode count : packets.get("dropped")) {
                dropped += count.asLong();
            }
            long opened = Tools.connections(output);
            place.say(made + " connections of the wanted program, " + opened + " kept; " + madeByOthers
                    + " of the other; " + packets);
            place.say("middle: " + middle + "; end: " + end);
            double wrong = Math.abs(made - opened)
                    + dropped
                    + report.at("/events/lost").asLong();
            return List.of(
                    Row.promised(
                            "connections missing or foreign, packets dropped, events lost",
                            "",
                            new double[] {wrong},
                            1,
                            Target.atMost(0)),
                    Row.of(
                            "three JVMs, the end of the minute",
                            "MB",
                            new double[] {end.megabytes()},
                            "its middle",
                            new double[] {middle.megabytes()},
                            Target.atMost(1.1)),
                    Row.promised("`stop` after it", "s", new double[] {stopSeconds}, 1, Target.atMost(1)));
        }
    }

    private static long made(Process process) throws IOException, InterruptedException {
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the program that connects failed");
        }
        return Long.parseLong(line.split(" ")[0]);
    }
}
