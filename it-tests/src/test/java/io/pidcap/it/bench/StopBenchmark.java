package io.pidcap.it.bench;

import io.pidcap.it.support.Flood;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** From {@code stop} to the finished file, after much was captured and all of it selected. */
final class StopBenchmark implements Benchmark {
    private static final int PAYLOAD_BYTES = 1400;
    private static final int PACKETS = 700_000;
    private static final int PACKETS_PER_SECOND = 100_000;
    private static final double PROMISED_SECONDS = 1;

    @Override
    public String name() {
        return "stop";
    }

    @Override
    public String what() {
        return "from `stop` to the finished file, 1 GB captured and selected";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        double[] file = new double[place.rounds()];
        double[] command = new double[place.rounds()];
        long packets = place.scaled(PACKETS);
        Path output = place.file("stop.pcapng");
        for (int i = 0; i < file.length; i++) {
            Files.deleteIfExists(output);
            try (Flood flood = Flood.start(place.directory(), packets, PAYLOAD_BYTES, PACKETS_PER_SECOND);
                    LiveSession session = LiveSession.start(
                            place, flood.inItsNetwork(), "-n", Flood.NAME, "-i", "lo", "-w", output.toString())) {
                flood.send();
                LiveSession.Ended ended = session.stop(output);
                JsonNode report = ended.report();
                file[i] = ended.fileSeconds();
                command[i] = ended.commandSeconds();
                place.say(report.at("/packets/kept") + " of " + packets + " packets, " + report.at("/output/bytes")
                        + " bytes");
                if (report.at("/packets/kept").asLong() != packets) {
                    throw new IllegalStateException("packets are missing: " + report);
                }
            }
        }
        return List.of(
                Row.promised(
                        "`stop` to the finished file, 1 GB captured", "s", file, PROMISED_SECONDS, Target.atMost(1)),
                Row.promised("the same, to the command's end", "s", command, PROMISED_SECONDS, Target.NONE));
    }
}
