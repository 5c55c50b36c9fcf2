package io.pidcap.it.bench;

import io.pidcap.it.support.WorkerUnderTest;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.v1.WatchFlows;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A real event-worker that watches by the exact source, with its events counted where the coordinator would be. */
final class AttachedWorker implements AutoCloseable {
    /** Batches after which a new JVM has done what it does once. */
    private static final int BATCHES_OF_YOUTH = 8;

    private static final long DEADLINE_SECONDS = 60;

    private final WorkerUnderTest worker;
    private final Counter counter;
    private final double readySeconds;

    private AttachedWorker(WorkerUnderTest worker, Counter counter, double readySeconds) {
        this.worker = worker;
        this.counter = counter;
        this.readySeconds = readySeconds;
    }

    /** Returns when it is ready and has come to rest. */
    static AttachedWorker start(Workplace place) throws IOException, InterruptedException {
        Counter counter = new Counter();
        WorkerUnderTest worker = startWorker(place, counter);
        long begun = System.nanoTime();
        long watch = worker.send(Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder()
                        .setSource(EventSource.EVENT_SOURCE_EBPF)
                        .setPollIntervalMillis(20)
                        .setWithArguments(true)));
        Envelope ready = worker.awaitReply(watch);
        if (!ready.hasWatchReady()) {
            worker.close();
            throw new IllegalStateException("the event-worker is not ready: " + ready);
        }
        double readySeconds = (System.nanoTime() - begun) / 1e9;
        AttachedWorker attached = new AttachedWorker(worker, counter, readySeconds);
        attached.await("come to rest", () -> counter.batches() >= BATCHES_OF_YOUTH);
        return attached;
    }

    private static WorkerUnderTest startWorker(Workplace place, Counter counter)
            throws IOException, InterruptedException {
        try {
            return WorkerUnderTest.start(place.directory(), Role.ROLE_EVENT_WORKER, counter::take);
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    long pid() {
        return worker.process().pid();
    }

    /** From the request to the answer that it is ready. */
    double readySeconds() {
        return readySeconds;
    }

    String log() throws IOException {
        return worker.log();
    }

    Counter counter() {
        return counter;
    }

    ThreadCpu cpu() throws IOException {
        return ThreadCpu.of(pid());
    }

    void await(String what, BooleanSupplier reached) throws InterruptedException {
        try {
            counter.await(reached);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the event-worker did not " + what + "; " + counter, e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
            worker.awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            worker.close();
        }
    }

    /** What has come; written by the event loop. */
    static final class Counter {
        private long batches;
        private long events;
        private long fedEvents;
        private long lost;
        private long snapshotSockets;
        private long snapshotProcesses;

        /** Of the sockets that {@code cost feed} invents. */
        private static final long FIRST_FED_SOCKET = 1L << 56;

        private synchronized boolean take(Envelope envelope) {
            if (envelope.hasSnapshotPart()) {
                snapshotSockets += envelope.getSnapshotPart().getSocketsCount();
                snapshotProcesses += envelope.getSnapshotPart().getProcessesCount();
                return true;
            }
            if (!envelope.hasFlowBatch()) {
                return false;
            }
            FlowBatchMessage batch = envelope.getFlowBatch();
            batches++;
            events += batch.getEventsCount();
            lost += batch.getLostEvents();
            for (FlowEventMessage event : batch.getEventsList()) {
                fedEvents += event.getSocketId() >= FIRST_FED_SOCKET ? 1 : 0;
            }
            notifyAll();
            return true;
        }

        private synchronized void await(BooleanSupplier reached) throws InterruptedException, TimeoutException {
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (!reached.getAsBoolean()) {
                long leftNanos = deadlineNanos - System.nanoTime();
                if (leftNanos <= 0) {
                    throw new TimeoutException("after " + DEADLINE_SECONDS + " s");
                }
                TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
            }
        }

        synchronized long batches() {
            return batches;
        }

        synchronized long events() {
            return events;
        }

        synchronized long fedEvents() {
            return fedEvents;
        }

        synchronized long lost() {
            return lost;
        }

        synchronized long snapshotSockets() {
            return snapshotSockets;
        }

        synchronized long snapshotProcesses() {
            return snapshotProcesses;
        }

        @Override
        public synchronized String toString() {
            return events + " events in " + batches + " batches, " + lost + " lost";
        }
    }
}
