package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ./pidcap bench [--rounds N] [NAME…]}: runs all benchmarks, or those of the given names, and prints the table.
 * The launcher tells by properties: {@code pidcap.home}, where {@code pidcap} is and {@code target/bench.md} goes;
 * {@code pidcap.dist}, where what it builds is.
 */
public final class BenchMain {
    /** In the order in which they run. */
    static final List<Benchmark> ALL = List.of(
            new FilterBenchmark(),
            new FilterTimelineBenchmark(),
            new FilterDpktBenchmark(),
            new CaptureBenchmark("capture-100k", 100_000, 800_000),
            new CaptureBenchmark("capture-400k", 400_000, 2_000_000),
            new CaptureBenchmark("capture-max", 0, 3_000_000),
            new ReadyBenchmark(),
            new StopBenchmark(),
            new MemoryBenchmark(),
            new ConnectionsBenchmark(),
            new CostPacketsBenchmark(),
            new CostEventsBenchmark(),
            new CostSnapshotBenchmark(),
            new CostCpuBenchmark(),
            new PrefilterBenchmark());

    private static final int DEFAULT_ROUNDS = 7;

    private BenchMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = DEFAULT_ROUNDS;
        List<Benchmark> chosen = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                case "--list", "--help" -> {
                    ALL.forEach(one -> System.out.println(one.name() + "  " + one.what()));
                    return;
                }
                default -> chosen.add(named(arguments[i]));
            }
        }
        Path home = Path.of(System.getProperty("pidcap.home"));
        List<String> pidcap = List.of(home.resolve("pidcap").toString());
        BenchReport report = run(chosen.isEmpty() ? ALL : chosen, pidcap, rounds, Workplace.FULL_PACKETS);
        report.write(home.resolve("target"));
        System.out.print(report.markdown());
    }

    private static Benchmark named(String name) {
        return ALL.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no benchmark " + name + "; see --list"));
    }

    /** In a temporary directory, which is gone afterwards. */
    static BenchReport run(List<Benchmark> benchmarks, List<String> pidcap, int rounds, int packets)
            throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        Workplace place = new Workplace(Files.createTempDirectory("pidcap-bench"), pidcap, rounds, packets);
        try {
            for (Benchmark benchmark : benchmarks) {
                Optional<String> obstacle = benchmark.obstacle();
                if (obstacle.isPresent()) {
                    skipped.add(benchmark.name() + ": " + obstacle.get());
                    continue;
                }
                place.say(benchmark.name() + ": " + benchmark.what());
                rows.addAll(benchmark.run(place));
                place.clear();
            }
        } finally {
            place.clear();
            Files.delete(place.directory());
        }
        return new BenchReport(host(), rows, skipped);
    }

    private static String host() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, Java " + System.getProperty("java.version");
    }
}
