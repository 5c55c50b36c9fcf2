package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts {@code pidcap serve} as a process of its own, which outlives this one and its terminal. */
final class DetachedCoordinator {
    /** setsid(1) takes it away from the terminal; where there is none, ignoring the terminal's signals must do. */
    private static final String DETACH =
            "trap '' INT HUP; if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\"; else exec \"$@\"; fi";

    private final Process process;
    private final Path errors;

    private DetachedCoordinator(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    static DetachedCoordinator spawn(SessionConfig config, SessionHome home) throws IOException {
        Path errors = home.base().resolve("serve-stderr.log");
        Process process = new ProcessBuilder(command(Platform.current()))
                .redirectError(errors.toFile())
                .directory(home.base().toFile())
                .start();
        try (OutputStream input = process.getOutputStream()) {
            input.write(Json.write(config).getBytes(StandardCharsets.UTF_8));
        }
        return new DetachedCoordinator(process, errors);
    }

    /** On Windows it stays in the console: it passes over Ctrl-C itself, and ends when the console is closed. */
    static List<String> command(Platform platform) {
        List<String> command = new ArrayList<>();
        if (platform == Platform.UNIX) {
            command.addAll(List.of("/bin/sh", "-c", DETACH, "sh"));
        }
        command.addAll(OwnProgram.command());
        command.add("serve");
        return command;
    }

    /**
     * Waits until its control pipe listens.
     *
     * @return the session's id
     * @throws SessionException it could not begin
     */
    String awaitGreeting() throws IOException, InterruptedException {
        String line;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            line = output.readLine();
        }
        if (line == null) {
            int status = process.waitFor();
            throw new SessionException(
                    Kind.FAILURE, "the background process ended with status " + status + lastWords(), "see " + errors);
        }
        ServeCommand.Greeting greeting =
                Json.read(line, ServeCommand.Greeting.class, "the background process's greeting");
        if (greeting.failure() != null) {
            throw greeting.failure().toException();
        }
        if (greeting.id() == null) {
            throw new SessionException(Kind.FAILURE, "the background process said neither id nor failure", "");
        }
        return greeting.id();
    }

    private String lastWords() throws IOException {
        List<String> lines =
                Files.readString(errors).lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1);
    }

    /** It was not wanted after all: asks it to end in order. */
    void cancel() {
        process.destroy();
    }
}
