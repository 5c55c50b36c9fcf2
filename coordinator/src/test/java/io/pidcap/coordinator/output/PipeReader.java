package io.pidcap.coordinator.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;

/** A pipe of the system's, whose reader takes nothing until it is told to. */
final class PipeReader {
    private final FileChannel writeEnd;
    private final Process program;
    private final CompletableFuture<byte[]> all = new CompletableFuture<>();

    private PipeReader(FileChannel writeEnd, Process program) {
        this.writeEnd = writeEnd;
        this.program = program;
    }

    static PipeReader open(Path directory) throws Exception {
        Path pipe = directory.resolve("pipe");
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
            throw new IOException("mkfifo " + pipe);
        }
        // It has the pipe open, and reads it when it is told to by a line.
        Process program =
                new ProcessBuilder("sh", "-c", "exec 3<\"$1\"; read go; exec cat <&3", "sh", pipe.toString()).start();
        FileChannel writeEnd = FileChannel.open(pipe, StandardOpenOption.WRITE);
        Files.delete(pipe);
        return new PipeReader(writeEnd, program);
    }

    FileChannel writeEnd() {
        return writeEnd;
    }

    void readOn() throws IOException {
        program.getOutputStream().write('\n');
        program.getOutputStream().flush();
        Thread collector = new Thread(this::collect, "pipe-reader");
        collector.setDaemon(true);
        collector.start();
    }

    private void collect() {
        try (var taken = program.getInputStream()) {
            all.complete(taken.readAllBytes());
        } catch (IOException e) {
            all.completeExceptionally(e);
        }
    }

    /** Once the writer has closed its end: all that came. */
    byte[] all() {
        return all.join();
    }
}
