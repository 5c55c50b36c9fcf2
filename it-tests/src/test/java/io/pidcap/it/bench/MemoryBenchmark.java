package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the three JVMs have in use while very many flows live. */
final class MemoryBenchmark implements Benchmark {
    private static final int PROCESSES = 200;
    private static final int SOCKETS_OF_EACH = 500;
    private static final double PROMISED_MEGABYTES = 250;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String what() {
        return "resident memory of the three JVMs with 100,000 live flows";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        double[] used = new double[place.rounds()];
        double[] mapped = new double[place.rounds()];
        double[] empty = new double[place.rounds()];
        int socketsOfEach = (int) place.scaled(SOCKETS_OF_EACH);
        try (CostProgram.Held held = CostProgram.compile(place).hold(PROCESSES, socketsOfEach)) {
            place.say(held.sockets() + " sockets");
            for (int i = 0; i < used.length; i++) {
                String output = place.file("memory.pcapng").toString();
                try (LiveSession session =
                        LiveSession.start(place, List.of(), "-n", "cost", "-i", "lo", "--force", "-w", output)) {
                    Map<String, Long> pids = session.pids();
                    if (session.report().at("/events/received").asLong() < held.sockets()) {
                        throw new IllegalStateException("not all sockets were told: " + session.report());
                    }
                    Resident resident = Resident.of(pids);
                    place.say(resident.toString());
                    used[i] = resident.megabytes();
                    mapped[i] = resident.mappedMegabytes();
                }
            }
        }
        for (int i = 0; i < empty.length; i++) {
            empty[i] = EmptyJvms.measure(place).megabytes();
        }
        return List.of(
                Row.promised("three JVMs, 100,000 live flows", "MB", used, PROMISED_MEGABYTES, Target.atMost(1)),
                Row.of(
                        "the same, pages that they share counted for each",
                        "MB",
                        mapped,
                        "counted once",
                        used,
                        Target.NONE),
                Row.of("the same", "MB", used, "three JVMs that do nothing", empty, Target.NONE));
    }
}
