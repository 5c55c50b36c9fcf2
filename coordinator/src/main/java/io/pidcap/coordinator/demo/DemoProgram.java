package io.pidcap.coordinator.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of the demo's programs, running: a JVM started through a link to {@code java}, so that its name is the link's.
 */
final class DemoProgram implements AutoCloseable {
    private static final long END_TIMEOUT_SECONDS = 30;

    private final String name;
    private final Process process;
    private final BufferedReader output;

    private DemoProgram(String name, Process process) {
        this.name = name;
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @param directory where the link is made; must be one that only this user can write */
    static DemoProgram start(Path directory, String name, Class<?> mainClass, Object... arguments) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path link = Files.createSymbolicLink(directory.resolve(name), java);
        List<String> command = new ArrayList<>(List.of(
                link.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new DemoProgram(name, process);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** The next line that it prints. */
    String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException(name + " (pid " + pid() + ") ended before it said what it did");
        }
        return line;
    }

    void letGo() throws IOException {
        OutputStream input = process.getOutputStream();
        input.write('\n');
        input.flush();
    }

    /** Waits for a client's end and returns what it says it did. */
    List<DemoConnection> awaitConnections() throws IOException, InterruptedException {
        List<DemoConnection> connections = new ArrayList<>();
        String line;
        while ((line = output.readLine()) != null) {
            if (DemoConnection.isLine(line)) {
                connections.add(DemoConnection.parse(line));
            }
        }
        if (!process.waitFor(END_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(name + " (pid " + pid() + ") failed");
        }
        return connections;
    }

    /** Ends it by closing its input, and by force if that is not enough. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
