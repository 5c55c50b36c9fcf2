package io.pidcap.it.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the attached programs cost each packet: the rate of the tightest loops with them, and without. */
final class CostPacketsBenchmark implements Benchmark {
    private static final int DATAGRAMS = 250_000;
    private static final int REQUESTS = 40_000;
    private static final int SETTLE_MILLIS = 5_000;

    @Override
    public String name() {
        return "cost-packets";
    }

    @Override
    public String what() {
        return "packets a second of tight loops, with the event-worker attached and without";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    @SuppressWarnings("try") // the worker only has to be there
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        CostProgram program = CostProgram.compile(place);
        int rounds = place.rounds();
        double[][] with = new double[2][rounds];
        double[][] empty = new double[2][rounds];
        double[][] without = new double[2][rounds];
        for (int i = 0; i < rounds; i++) {
            if (i % 2 == 0) {
                measure(program, place, without, i);
                measureEmpty(program, place, empty, i);
            }
            try (AttachedWorker worker = AttachedWorker.start(place)) {
                // What a JVM still compiles after its start, it does not for the rest of a session.
                TimeUnit.MILLISECONDS.sleep(place.scaled(SETTLE_MILLIS));
                measure(program, place, with, i);
            }
            if (i % 2 == 1) {
                measureEmpty(program, place, empty, i);
                measure(program, place, without, i);
            }
        }
        List<Row> rows = new ArrayList<>();
        String[] loops = {"datagrams to itself", "TCP requests and answers"};
        for (int i = 0; i < loops.length; i++) {
            rows.add(Row.of(loops[i] + " (attached)", "/s", with[i], "not attached", without[i], Target.atLeast(0.95)));
            rows.add(Row.of(loops[i] + " (empty programs)", "/s", empty[i], "not attached", without[i], Target.NONE));
        }
        return rows;
    }

    /** What the hooks cost by themselves, whatever a program does: nobody can be quicker. */
    @SuppressWarnings("try") // the programs only have to be there
    private static void measureEmpty(CostProgram program, Workplace place, double[][] rates, int round)
            throws IOException, InterruptedException {
        try (CostProgram.Held programs = program.emptyPrograms()) {
            measure(program, place, rates, round);
        }
    }

    private static void measure(CostProgram program, Workplace place, double[][] rates, int round)
            throws IOException, InterruptedException {
        rates[0][round] = program.numbers("udp", place.scaled(DATAGRAMS))[0];
        rates[1][round] = program.numbers("tcp", place.scaled(REQUESTS))[0];
    }
}
