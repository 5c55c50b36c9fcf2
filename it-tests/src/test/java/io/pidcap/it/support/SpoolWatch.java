package io.pidcap.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Looks again and again how much of a session's spool is on the disk, until it is closed. */
public final class SpoolWatch implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 20;

    private final Path spool;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long mostBytes;
    private volatile int mostSegments;

    /** @param directory the test's own */
    public SpoolWatch(Path directory, String id) {
        this.spool = directory.resolve("state/sessions").resolve(id).resolve("spool");
        this.thread = new Thread(this::watch, "spool watch");
        thread.start();
    }

    private void watch() {
        while (!closed) {
            look();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS));
        }
    }

    private void look() {
        long bytes = 0;
        int segments = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(spool)) {
            for (Path file : files) {
                bytes += sizeOrNothing(file);
                segments++;
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mostBytes = Math.max(mostBytes, bytes);
        mostSegments = Math.max(mostSegments, segments);
    }

    private static long sizeOrNothing(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    public long mostBytes() {
        return mostBytes;
    }

    public int mostSegments() {
        return mostSegments;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
