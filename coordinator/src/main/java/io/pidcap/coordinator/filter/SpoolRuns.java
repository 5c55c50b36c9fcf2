package io.pidcap.coordinator.filter;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The runs of the capture-worker, read one after the other. Owned by the filter's thread. */
final class SpoolRuns {
    private final ArrayDeque<SpoolRun> runs = new ArrayDeque<>();
    private long bytesOfClosedRuns;
    private long unreadableBytesOfClosedRuns;
    private int lastClosed;

    void add(SpoolRun run) {
        runs.add(run);
    }

    void ended(int number) {
        runs.stream().filter(run -> run.number() == number).forEach(SpoolRun::runEnded);
    }

    void allEnded() {
        runs.forEach(SpoolRun::runEnded);
    }

    /** Null if there is no such run or interface. */
    @Nullable
    SpoolStream stream(int runNumber, int interfaceNumber) {
        for (SpoolRun run : runs) {
            if (run.number() == runNumber
                    && interfaceNumber >= 0
                    && interfaceNumber < run.streams().size()) {
                return run.streams().get(interfaceNumber);
            }
        }
        return null;
    }

    /** The first that is not read to its end; null if there is none. */
    @Nullable
    SpoolRun current() throws IOException {
        SpoolRun run = runs.peek();
        while (run != null && run.isExhausted()) {
            for (SpoolStream stream : run.streams()) {
                bytesOfClosedRuns += stream.announcedBytes();
                unreadableBytesOfClosedRuns += stream.unreadableBytes();
            }
            run.close();
            lastClosed = run.number();
            runs.remove();
            run = runs.peek();
        }
        return run;
    }

    /** All runs before it are read to their ends; it may not be there yet. */
    int currentNumber() {
        SpoolRun run = runs.peek();
        return run == null ? lastClosed + 1 : run.number();
    }

    /** Of all interfaces of a run that is not read to its end. */
    List<StreamPosition> positions(int runNumber) {
        return runs.stream()
                .filter(run -> run.number() == runNumber)
                .flatMap(run -> run.streams().stream())
                .map(SpoolStream::position)
                .toList();
    }

    long announcedBytes() {
        return bytesOfClosedRuns + sum(SpoolStream::announcedBytes);
    }

    long doneBytes() {
        return bytesOfClosedRuns + sum(SpoolStream::doneBytes);
    }

    long unreadableBytes() {
        return unreadableBytesOfClosedRuns + sum(SpoolStream::unreadableBytes);
    }

    private long sum(ToLongFunction<SpoolStream> of) {
        long sum = 0;
        for (SpoolRun run : runs) {
            sum += run.streams().stream().mapToLong(of).sum();
        }
        return sum;
    }

    void close() {
        runs.forEach(SpoolRun::close);
    }
}
