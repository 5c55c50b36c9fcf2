package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long the first snapshot of a new event-worker takes on a host with many sockets. */
final class CostSnapshotBenchmark implements Benchmark {
    private static final int PROCESSES = 200;
    private static final int SOCKETS_OF_EACH = 50;
    private static final double PROMISED_MILLIS = 20;
    /** As the event-worker logs it. */
    private static final Pattern TAKEN = Pattern.compile("taken in ([0-9.]+) ms, sent in ([0-9.]+) ms");

    @Override
    public String name() {
        return "cost-snapshot";
    }

    @Override
    public String what() {
        return "the first snapshot of a new event-worker, 10,000 sockets in 200 processes";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    @SuppressWarnings("try") // the sockets only have to be there
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        CostProgram program = CostProgram.compile(place);
        double[] taken = new double[place.rounds()];
        double[] sent = new double[place.rounds()];
        double[] ready = new double[place.rounds()];
        double[] readyWithout = new double[place.rounds()];
        for (int i = 0; i < taken.length; i++) {
            try (AttachedWorker worker = AttachedWorker.start(place)) {
                readyWithout[i] = 1000 * worker.readySeconds();
            }
            try (CostProgram.Held held = program.hold(PROCESSES, SOCKETS_OF_EACH);
                    AttachedWorker worker = AttachedWorker.start(place)) {
                long sockets = worker.counter().snapshotSockets();
                if (sockets < PROCESSES * SOCKETS_OF_EACH) {
                    throw new IllegalStateException("the snapshot has " + sockets + " sockets only");
                }
                Matcher times = TAKEN.matcher(worker.log());
                if (!times.find()) {
                    throw new IllegalStateException("the event-worker did not say how long it took: " + worker.log());
                }
                taken[i] = Double.parseDouble(times.group(1));
                sent[i] = taken[i] + Double.parseDouble(times.group(2));
                ready[i] = 1000 * worker.readySeconds();
            }
        }
        return List.of(
                Row.promised("first snapshot taken", "ms", taken, PROMISED_MILLIS, Target.atMost(1)),
                Row.promised("first snapshot taken and sent", "ms", sent, PROMISED_MILLIS, Target.NONE),
                Row.of("from request to ready, 10,000 sockets", "ms", ready, "few sockets", readyWithout, Target.NONE));
    }
}
