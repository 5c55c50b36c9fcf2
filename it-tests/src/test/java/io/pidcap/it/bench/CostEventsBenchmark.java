package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * How many events a second reach the coordinator's end of the pipe without loss. Traffic cannot make as many: a program
 * of the benchmark writes records, in the form of the real ones, into the ring of a running event-worker.
 */
final class CostEventsBenchmark implements Benchmark {
    private static final int PROMISED_RATE = 1_000_000;
    private static final int EVENTS = 1_000_000;

    @Override
    public String name() {
        return "cost-events";
    }

    @Override
    public String what() {
        return "events a second that an event-worker reads, tells and loses none of";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        CostProgram program = CostProgram.compile(place);
        int rounds = place.rounds();
        double[] rates = new double[rounds];
        double[] offered = new double[rounds];
        double[] accepted = new double[rounds];
        double[] real = new double[rounds];
        try (AttachedWorker worker = AttachedWorker.start(place)) {
            AttachedWorker.Counter counter = worker.counter();
            feed(program, worker, 0, place.scaled(EVENTS)); // compiles
            for (int i = 0; i < rounds; i++) {
                rates[i] = feed(program, worker, 0, place.scaled(EVENTS)).rate;
                Fed atPromised = feed(program, worker, PROMISED_RATE, place.scaled(EVENTS));
                accepted[i] = atPromised.accepted;
                offered[i] = atPromised.accepted + atPromised.refused;

                // While the ring is kept full by feeding, records of this host's sockets find no room either.
                long lostWhileFed = counter.lost();
                long before = counter.events();
                double[] made = program.numbers("connect", 0, Math.max(0.1, place.scaled(1000) / 1000.0));
                worker.await("tell of all connections", () -> counter.events() >= before + 2 * (long) made[0]);
                real[i] = (counter.events() - before) / made[1];
                if (counter.lost() > lostWhileFed) {
                    throw new IllegalStateException("lost events of real sockets: " + counter);
                }
            }
        }
        return List.of(
                Row.promised(
                        "events told, none lost (ring kept half full)", "/s", rates, PROMISED_RATE, Target.atLeast(1)),
                Row.of("events taken of a million a second", "events", accepted, "offered", offered, Target.atLeast(1)),
                Row.promised(
                        "events of connections as fast as they go, none lost", "/s", real, PROMISED_RATE, Target.NONE));
    }

    private record Fed(double accepted, double refused, double rate) {}

    /** Returns when all of it has come. */
    private static Fed feed(CostProgram program, AttachedWorker worker, int rate, long count)
            throws IOException, InterruptedException {
        long before = worker.counter().fedEvents();
        long evenCount = count + count % 2;
        long begunNanos = System.nanoTime();
        double[] fed = program.numbers("feed", worker.pid(), rate, evenCount);
        worker.await("tell of all records", () -> worker.counter().fedEvents() >= before + fed[0]);
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        return new Fed(fed[0], fed[1], fed[0] / Math.max(seconds, fed[2]));
    }
}
