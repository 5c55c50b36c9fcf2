package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell waits at a named pipe and then becomes the command, so that the pid stays. If pidcap dies first, the pipe's last
 * writer is gone and the shell ends without having begun the command.
 */
final class NamedPipeGate implements CommandGate {
    private static final String GATE = "read -r go <\"$0\" || exit 125; exec \"$@\"";

    private final Path directory;
    private final Path pipe;
    private final RandomAccessFile writer;
    private final List<String> command;

    private NamedPipeGate(Path directory, Path pipe, RandomAccessFile writer, List<String> command) {
        this.directory = directory;
        this.pipe = pipe;
        this.writer = writer;
        this.command = command;
    }

    /** @throws IOException it cannot be made */
    static NamedPipeGate before(List<String> command) throws IOException, InterruptedException {
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
        return new NamedPipeGate(directory, pipe, writer, command);
    }

    @Override
    public List<String> command() {
        List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", GATE, pipe.toString()));
        shell.addAll(command);
        return shell;
    }

    @Override
    public void open() throws IOException {
        writer.write('\n');
    }

    @Override
    public void close() throws IOException {
        writer.close();
        Files.deleteIfExists(pipe);
        Files.deleteIfExists(directory);
    }
}
