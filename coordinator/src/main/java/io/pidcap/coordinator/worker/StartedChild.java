package io.pidcap.coordinator.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker that the {@link WorkerStarter} started for us. Told by the thread that reads what that one says. */
final class StartedChild implements WorkerProcess.Child {
    private static final Logger LOG = LoggerFactory.getLogger(StartedChild.class);

    private final StarterClient starter;
    private final int number;
    private final Path log;
    private final CompletableFuture<Long> pid = new CompletableFuture<>();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    StartedChild(StarterClient starter, int number, Path log) {
        this.starter = starter;
        this.number = number;
        this.log = log;
    }

    int number() {
        return number;
    }

    void started(long processId) {
        pid.complete(processId);
    }

    void refused(String why) {
        pid.completeExceptionally(new IOException(why));
    }

    /** What it prints is the log of its run; it is ours, and no business of the one with the privileges. */
    void printed(byte[] text) {
        try {
            Files.write(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.warn("write the log {}: {}", log, e.getMessage());
        }
    }

    void exited(int status) {
        pid.completeExceptionally(new IOException("the process that starts workers is gone"));
        exit.complete(status);
    }

    void awaitStart() throws IOException {
        try {
            pid.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause() == null ? "" : e.getCause().getMessage(), e);
        }
    }

    @Override
    public long pid() {
        return pid.join();
    }

    @Override
    public OutputStream input() {
        return new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                starter.input(number, toByteArray());
            }
        };
    }

    @Override
    public CompletableFuture<Integer> onExit() {
        return exit.copy();
    }

    @Override
    public void kill() {
        starter.kill(number);
    }
}
