package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose process exists, and has its pid, before it may begin: a shell waits at a named pipe and then becomes
 * the command. The session is made for this pid, so there is no moment in which the command runs and is not known.
 *
 * <p>If pidcap dies first, the pipe's last writer is gone and the shell ends without having begun the command.
 */
final class GatedCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatedCommand.class);
    private static final String GATE = "read -r go <\"$0\" || exit 125; exec \"$@\"";

    private final Path directory;
    private final Path pipe;
    private final RandomAccessFile writer;
    private final Process process;

    private GatedCommand(Path directory, Path pipe, RandomAccessFile writer, Process process) {
        this.directory = directory;
        this.pipe = pipe;
        this.writer = writer;
        this.process = process;
    }

    /**
     * Starts the shell, with our standard streams.
     *
     * @throws IOException it cannot be started
     */
    static GatedCommand prepare(List<String> command, RunUser user) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("pidcap-run-");
        Path pipe = directory.resolve("gate");
        Process mkfifo = new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                .inheritIO()
                .start();
        if (mkfifo.waitFor() != 0) {
            throw new IOException("make the named pipe " + pipe + ": mkfifo ended with status " + mkfifo.exitValue());
        }
        // Opened for both, which never blocks and keeps a writer there while we live.
        RandomAccessFile writer = new RandomAccessFile(pipe.toFile(), "rw");
        List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", GATE, pipe.toString()));
        shell.addAll(user.prefix());
        shell.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shell).inheritIO();
        if (!user.isOurselves()) {
            builder.environment().put("HOME", user.home());
            builder.environment().put("USER", user.name());
            builder.environment().put("LOGNAME", user.name());
        }
        return new GatedCommand(directory, pipe, writer, builder.start());
    }

    long pid() {
        return process.pid();
    }

    /** The command begins. */
    void open() throws IOException {
        writer.write('\n');
    }

    CompletableFuture<Process> exited() {
        return process.onExit();
    }

    /** Its status, or 128 + n if signal n ended it. */
    int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    /**
     * @param name without SIG, such as {@code INT}
     */
    void signal(String name) {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(process.pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .get();
        } catch (IOException | ExecutionException e) {
            LOG.warn("send {} to the command: {}", name, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a command that has not begun or not ended, and removes the gate. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            process.destroyForcibly();
        }
        writer.close();
        Files.deleteIfExists(pipe);
        Files.deleteIfExists(directory);
    }
}
