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

/** A process of {@code programs/traffic.py} with a name of its own, told what to do line by line. */
public final class TrafficProgram implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private TrafficProgram(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /**
     * @param directory where a link of that name to the Python interpreter is made: the name that the process is known by
     */
    public static TrafficProgram start(Path directory, String name, String... arguments) throws IOException {
        return start(List.of(), directory, name, arguments);
    }

    /** @param prefix a command that runs the rest, such as {@code setpriv} with its options */
    public static TrafficProgram start(List<String> prefix, Path directory, String name, String... arguments)
            throws IOException {
        Path link = directory.resolve(name);
        if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, Path.of("/usr/bin/python3"));
        }
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(link.toString(), "-B", script(directory)));
        command.addAll(List.of(arguments));
        return new TrafficProgram(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** @param process of the script, started elsewhere */
    public static TrafficProgram of(Process process) {
        return new TrafficProgram(process);
    }

    private static String script(Path directory) throws IOException {
        Path script = directory.resolve("traffic.py");
        if (!Files.exists(script)) {
            try (var in = TrafficProgram.class.getResourceAsStream("/programs/traffic.py")) {
                Files.write(script, in.readAllBytes());
            }
        }
        return script.toString();
    }

    public long pid() {
        return process.pid();
    }

    /** Sends a command and returns the line that answers it. */
    public String tell(String command) throws IOException {
        input.write(command + "\n");
        input.flush();
        return readLine();
    }

    public String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("traffic program (pid " + pid() + ") ended");
        }
        return line;
    }

    /** The number that ends the next line, as in {@code port 4711}. */
    public int readPort() throws IOException {
        return portOf(readLine());
    }

    public static int portOf(String line) {
        return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Override
    public void close() throws IOException {
        input.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
