package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The CPU of an event-worker while nothing happens, and while connections come and go. */
final class CostCpuBenchmark implements Benchmark {
    /** What a JVM does in its first minute, it does not do all day. */
    private static final int SETTLE_MILLIS = 60_000;

    private static final int IDLE_MILLIS = 5_000;
    private static final double PROMISED_PERCENT = 1;
    private static final int RATE = 10_000;
    private static final int BUSY_MILLIS = 3_000;

    @Override
    public String name() {
        return "cost-cpu";
    }

    @Override
    public String what() {
        return "CPU of an event-worker, idle and at 10,000 connections a second";
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return CostProgram.obstacle();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        CostProgram program = CostProgram.compile(place);
        double[] idle = new double[place.rounds()];
        double[] busy = new double[place.rounds()];
        double[] traffic = new double[place.rounds()];
        try (AttachedWorker worker = AttachedWorker.start(place)) {
            TimeUnit.MILLISECONDS.sleep(place.scaled(SETTLE_MILLIS));
            for (int i = 0; i < idle.length; i++) {
                ThreadCpu before = worker.cpu();
                long begunNanos = System.nanoTime();
                TimeUnit.MILLISECONDS.sleep(place.scaled(IDLE_MILLIS));
                double seconds = (System.nanoTime() - begunNanos) / 1e9;
                ThreadCpu used = worker.cpu().since(before);
                idle[i] = 100 * used.seconds() / seconds;
                place.say("idle: " + used.most(seconds));
            }
            for (int i = 0; i < busy.length; i++) {
                ThreadCpu before = worker.cpu();
                Sample sample = program.time(place, "connect", RATE, place.scaled(BUSY_MILLIS) / 1000.0);
                ThreadCpu used = worker.cpu().since(before);
                busy[i] = 100 * used.seconds() / sample.wallSeconds();
                traffic[i] = 100 * sample.cpuSeconds() / sample.wallSeconds();
                place.say("busy: " + used.most(sample.wallSeconds()));
            }
            if (worker.counter().lost() > 0) {
                throw new IllegalStateException("lost events: " + worker.counter());
            }
        }
        return List.of(
                Row.promised(
                        "CPU of the event-worker, idle for a minute", "%", idle, PROMISED_PERCENT, Target.atMost(1)),
                Row.of(
                        "CPU of the event-worker, 10,000 connections/s",
                        "%",
                        busy,
                        "the client and server",
                        traffic,
                        Target.NONE));
    }
}
