package io.pidcap.event;

import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.RawRecorder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code event-worker --record FILE MILLIS}: no coordinator, nothing is understood; what the system tells is written to a new
 * file until the time is over (0: no limit) or a signal comes. What was recorded is said on standard error.
 */
final class RecordMode {
    static final String OPTION = "--record";
    private static final long STEP_MILLIS = 100;
    private static final long WAIT_FOR_END_MILLIS = 5_000;

    private RecordMode() {}

    static ExitCode run(String[] arguments, Supplier<HostBackend> backend) {
        Path file;
        long millis;
        try {
            file = Path.of(arguments[1]);
            millis = Long.parseLong(arguments[2]);
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException | InvalidPathException e) {
            System.err.println("usage: event-worker " + OPTION + " FILE MILLISECONDS");
            return ExitCode.USAGE;
        }
        CountDownLatch signalled = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endInOrder(signalled, ended), "record-signal"));
        try {
            record(backend.get(), file, millis, signalled);
            return ExitCode.STOPPED;
        } catch (HostException e) {
            System.err.println("pidcap: " + e.getMessage() + (e.hint().isEmpty() ? "" : "\npidcap: " + e.hint()));
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        } finally {
            ended.countDown();
        }
    }

    private static void record(HostBackend backend, Path file, long millis, CountDownLatch signalled)
            throws InterruptedException {
        try (RawRecorder recorder = backend.record(file)) {
            System.err.println("pidcap: recording to " + file + "; Ctrl-C ends it");
            long beganNanos = System.nanoTime();
            boolean over = false;
            while (!over) {
                recorder.next(STEP_MILLIS);
                long passedNanos = System.nanoTime() - beganNanos;
                over = signalled.await(0, TimeUnit.MILLISECONDS)
                        || (millis > 0 && passedNanos >= TimeUnit.MILLISECONDS.toNanos(millis));
            }
            recorder.summary().forEach(line -> System.err.println("pidcap: " + line));
        }
    }

    private static void endInOrder(CountDownLatch signalled, CountDownLatch ended) {
        signalled.countDown();
        try {
            if (!ended.await(WAIT_FOR_END_MILLIS, TimeUnit.MILLISECONDS)) {
                System.err.println("pidcap: the recording did not end in order");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
