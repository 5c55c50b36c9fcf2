package io.pidcap.coordinator.worker;

import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operating system's side of one worker run. May be used from any thread. */
public final class WorkerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_LINES = 12;

    /** A process, whoever is its parent. */
    interface Child {
        long pid();

        /** Its standard input; what is written reaches it when the stream is closed, if not before. */
        OutputStream input();

        /** Its status. */
        CompletableFuture<Integer> onExit();

        /** SIGKILL. */
        void kill();

        static Child of(Process process) {
            return new Child() {
                @Override
                public long pid() {
                    return process.pid();
                }

                @Override
                public OutputStream input() {
                    return process.getOutputStream();
                }

                @Override
                public CompletableFuture<Integer> onExit() {
                    return process.onExit().thenApply(Process::exitValue);
                }

                @Override
                public void kill() {
                    process.destroyForcibly();
                }
            };
        }
    }

    private final WorkerRole role;
    private final int run;
    private final Child process;
    private final Path logFile;

    WorkerProcess(WorkerRole role, int run, Child process, Path logFile) {
        this.role = role;
        this.run = run;
        this.process = process;
        this.logFile = logFile;
    }

    public WorkerRole role() {
        return role;
    }

    public int run() {
        return run;
    }

    public long pid() {
        return process.pid();
    }

    public Path logFile() {
        return logFile;
    }

    /**
     * Hands the secret over, for which the worker waits before it connects: only now need the pipe's listener be there.
     * A worker that is dead already is not an error here; its exit tells.
     */
    public void deliverSecret(WorkerSecret secret) {
        try (OutputStream input = process.input()) {
            secret.writeLine(input);
        } catch (IOException e) {
            LOG.warn("hand the secret to {} run {}: {}", role.program(), run, e.getMessage());
        }
    }

    /** Calls {@code listener} once, on some thread, when the process has ended. */
    public void onExit(Consumer<WorkerExit> listener) {
        CompletableFuture<?> unused = process.onExit().thenAccept(status -> {
            try {
                listener.accept(new WorkerExit(status, stderrTail()));
            } catch (RuntimeException e) {
                LOG.error("the exit of {} run {} could not be told", role.program(), run, e);
            }
        });
    }

    /** Waits for the end. */
    public boolean awaitExit(long timeoutMillis) throws InterruptedException {
        try {
            process.onExit().get(timeoutMillis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    public boolean isAlive() {
        return !process.onExit().isDone();
    }

    /** SIGKILL: the worker gets no chance to flush. */
    public void kill() {
        process.kill();
    }

    /** The last lines of its log; empty if there is nothing or it cannot be read. */
    public List<String> stderrTail() {
        try (RandomAccessFile log = new RandomAccessFile(logFile.toFile(), "r")) {
            long length = log.length();
            int size = (int) Math.min(length, TAIL_BYTES);
            byte[] bytes = new byte[size];
            log.seek(length - size);
            log.readFully(bytes);
            List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        } catch (IOException e) {
            LOG.warn("read the log {}: {}", logFile, e.getMessage());
            return List.of();
        }
    }
}
