package io.pidcap.it.support;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of {@code programs/load.c} with a name of its own, which makes very much of one kind and counts it. */
public final class LoadProgram implements AutoCloseable {
    private static final int END_SECONDS = 10;

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private LoadProgram(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** @param name of the process */
    public static LoadProgram start(Path directory, String name, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(executable(directory, name)));
        command.addAll(List.of(arguments));
        return new LoadProgram(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Compiles it where it is not there yet. */
    public static String executable(Path directory, String name) throws IOException, InterruptedException {
        Path program = directory.resolve(name);
        if (!Files.exists(program)) {
            Path source = directory.resolve("load.c");
            try (var in = LoadProgram.class.getResourceAsStream("/programs/load.c")) {
                Files.write(source, in.readAllBytes());
            }
            Process compiler = new ProcessBuilder("cc", "-O2", "-Wall", "-o", program.toString(), source.toString())
                    .inheritIO()
                    .start();
            if (compiler.waitFor() != 0) {
                throw new IOException("cc cannot compile " + source);
            }
            Files.delete(source);
        }
        return program.toString();
    }

    /** The numbers of its next line. */
    public List<Long> readNumbers() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("load program (pid " + process.pid() + ") ended");
        }
        return List.of(line.replaceAll("[^0-9 ]", "").strip().split(" ")).stream()
                .map(Long::valueOf)
                .toList();
    }

    /** Has it begin {@code much}; {@link #readNumbers} waits until it is done. */
    public void begin(long much) throws IOException {
        input.write(much + "\n");
        input.flush();
    }

    /** @return what it says that it did */
    public List<Long> make(long much) throws IOException {
        begin(much);
        return readNumbers();
    }

    @Override
    public void close() throws IOException {
        input.close();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
