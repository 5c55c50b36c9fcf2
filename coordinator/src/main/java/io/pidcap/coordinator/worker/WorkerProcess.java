package io.pidcap.coordinator.worker;

import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operating system's side of one worker run. May be used from any thread. */
public final class WorkerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_LINES = 12;

    private final WorkerRole role;
    private final int run;
    private final Process process;
    private final Path logFile;

    WorkerProcess(WorkerRole role, int run, Process process, Path logFile) {
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
        try (OutputStream input = process.getOutputStream()) {
            secret.writeLine(input);
        } catch (IOException e) {
            LOG.warn("hand the secret to {} run {}: {}", role.program(), run, e.getMessage());
        }
    }

    /** Calls {@code listener} once, on some thread, when the process has ended. */
    public void onExit(Consumer<WorkerExit> listener) {
        CompletableFuture<?> unused = process.onExit().whenComplete((ended, error) -> {
            try {
                listener.accept(new WorkerExit(ended.exitValue(), stderrTail()));
            } catch (RuntimeException e) {
                LOG.error("the exit of {} run {} could not be told", role.program(), run, e);
            }
        });
    }

    /** Waits for the end. */
    public boolean awaitExit(long timeoutMillis) throws InterruptedException {
        return process.waitFor(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: the worker gets no chance to flush. */
    public void kill() {
        process.destroyForcibly();
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
