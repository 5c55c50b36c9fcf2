package io.pidcap.it.bench;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Flood;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** The CPU of capturing, and the packets that are kept, at one rate of the sender, against tcpdump and dumpcap. */
final class CaptureBenchmark implements Benchmark {
    private static final int PAYLOAD_BYTES = 100;
    /** Longer than any of them lets packets wait in the kernel. */
    private static final int DRAIN_MILLIS = 1_500;

    private static final Path ROOT_DIRECTORY = Path.of("/");

    private final String name;
    private final int packetsPerSecond;
    private final int packets;

    /**
     * @param packetsPerSecond 0: as many as the sender can
     * @param packets that are sent in a round
     */
    CaptureBenchmark(String name, int packetsPerSecond, int packets) {
        this.name = name;
        this.packetsPerSecond = packetsPerSecond;
        this.packets = packets;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String what() {
        return "CPU of capturing and packets kept, " + rate() + ", against tcpdump and dumpcap";
    }

    private String rate() {
        return packetsPerSecond == 0 ? "as many packets as the sender can" : packetsPerSecond + " packets/s";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle().or(Tools::tcpdump).or(() -> Tools.obstacle("dumpcap", "dumpcap", "--version"));
    }

    /** What one tool made of one flood. */
    private record Capture(double cpuSeconds, long kept) {}

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        int rounds = place.rounds();
        double[] worker = new double[rounds];
        double[] kept = new double[rounds];
        double[] tcpdump = new double[rounds];
        double[] tcpdumpKept = new double[rounds];
        double[] dumpcap = new double[rounds];
        double[] dumpcapKept = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            Capture ours = ours(place);
            Capture first = peer(place, "listening on", "tcpdump", "-i", "lo", "-n", "-Z", "root", "-w");
            Capture second = peer(place, "File: ", "dumpcap", "-i", "lo", "-q", "-P", "-w");
            worker[i] = ours.cpuSeconds();
            kept[i] = ours.kept();
            tcpdump[i] = first.cpuSeconds();
            tcpdumpKept[i] = first.kept();
            dumpcap[i] = second.cpuSeconds();
            dumpcapKept[i] = second.kept();
        }
        String cpu = rate() + ", CPU (capture-worker)";
        String packetsKept = rate() + ", packets kept";
        return List.of(
                Row.of(cpu, "CPU s", worker, "tcpdump", tcpdump, Target.atMost(1.1)),
                Row.of(cpu, "CPU s", worker, "dumpcap", dumpcap, Target.NONE),
                Row.of(packetsKept, "packets", kept, "tcpdump", tcpdumpKept, Target.atLeast(1)),
                Row.of(packetsKept, "packets", kept, "dumpcap", dumpcapKept, Target.atLeast(1)));
    }

    private Flood flood(Workplace place) throws IOException, InterruptedException {
        return Flood.start(place.directory(), place.scaled(packets), PAYLOAD_BYTES, packetsPerSecond);
    }

    private Capture ours(Workplace place) throws IOException, InterruptedException {
        Path output = place.file("capture.pcapng");
        try (Flood flood = flood(place);
                LiveSession session = LiveSession.start(
                        place,
                        flood.inItsNetwork(),
                        "-n",
                        Flood.NAME,
                        "-i",
                        "lo",
                        "--force",
                        "-w",
                        output.toString())) {
            long pid = Objects.requireNonNull(session.pids().get("capture"));
            ThreadCpu before = ThreadCpu.of(pid);
            flood.send();
            TimeUnit.MILLISECONDS.sleep(DRAIN_MILLIS);
            ThreadCpu used = ThreadCpu.of(pid).since(before);
            JsonNode report = session.stop();
            place.say("ours: " + used.most(1));
            return new Capture(used.seconds(), report.at("/packets/kept").asLong());
        }
    }

    private Capture peer(Workplace place, String ready, String... command) throws IOException, InterruptedException {
        Path output = place.file("peer.pcap");
        Path messages = place.file("peer.err");
        Files.deleteIfExists(output);
        try (Flood flood = flood(place)) {
            List<String> all = new ArrayList<>(flood.inItsNetwork());
            all.addAll(List.of(command));
            all.add(output.toString());
            Process process = new ProcessBuilder(all)
                    .directory(ROOT_DIRECTORY.toFile())
                    .redirectError(messages.toFile())
                    .start();
            try {
                Await.until(
                        command[0] + " listens",
                        () -> Files.readString(messages).contains(ready) || !process.isAlive());
                if (!process.isAlive()) {
                    throw new IllegalStateException(command[0] + ": " + Files.readString(messages));
                }
                ThreadCpu before = ThreadCpu.of(process.pid());
                flood.send();
                TimeUnit.MILLISECONDS.sleep(DRAIN_MILLIS);
                double cpuSeconds = ThreadCpu.of(process.pid()).since(before).seconds();
                process.destroy();
                process.waitFor();
                return new Capture(cpuSeconds, Tools.count(output));
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
