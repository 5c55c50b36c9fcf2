package io.pidcap.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own that opens, passes and closes sockets as it is told; {@code socket_actor.py}. Killed with all
 * that it forked when closed.
 */
public final class SocketActor implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;
    private final Path script;
    private final List<Long> forked = new ArrayList<>();

    private SocketActor(Process process, Path script) {
        this.process = process;
        this.script = script;
        answers = process.inputReader(StandardCharsets.UTF_8);
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** The Python that actors need, or an empty string where there is none. */
    public static String python() {
        for (String candidate : List.of("/usr/bin/python3", "/usr/local/bin/python3")) {
            if (Files.isExecutable(Path.of(candidate))) {
                return candidate;
            }
        }
        return "";
    }

    public static void require() {
        RequiredFeature.require("python", !python().isEmpty(), "needs /usr/bin/python3 for another process's sockets");
    }

    public static SocketActor start() throws IOException {
        Path script = Files.createTempFile("socket_actor", ".py");
        try (InputStream source = Objects.requireNonNull(
                SocketActor.class.getResourceAsStream("/io/pidcap/host/socket_actor.py"), "socket_actor.py")) {
            Files.write(script, source.readAllBytes());
        }
        Process process = new ProcessBuilder(python(), script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        SocketActor actor = new SocketActor(process, script);
        actor.answer();
        return actor;
    }

    public int pid() {
        return (int) process.pid();
    }

    /** Carries out one command, see the script, and returns what came of it. */
    public String tell(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
            return answer();
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    /** {@link #tell} for an answer that is a number. */
    public int number(String command) {
        return Integer.parseInt(tell(command));
    }

    /** Forks a child that keeps all sockets and does nothing; its pid. */
    public int fork() {
        int pid = number("fork");
        forked.add((long) pid);
        return pid;
    }

    /** Writes a command that has no answer. */
    public void tellWithoutAnswer(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    /** The answer to a command that was written without waiting for it. */
    public String answer() throws IOException {
        String line = answers.readLine();
        if (line == null || !line.startsWith("ok")) {
            throw new IllegalStateException("the actor answered: " + line);
        }
        return line.substring(2).strip();
    }

    /** Ends the process at once, as by kill -9, and waits for it. */
    public void kill() {
        forked.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        process.destroyForcibly();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("pid " + pid() + " does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(script);
    }
}
