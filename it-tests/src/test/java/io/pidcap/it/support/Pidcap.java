package io.pidcap.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The built distribution's command line, run as a user runs it but for a state directory of the test's own. */
public final class Pidcap implements CommandLine {
    private static final long DEADLINE_SECONDS = 60;

    private final Path directory;
    private final String workerJvmOptions;
    private final List<String> jvmOptions;

    /** Through the launcher script, if there is one. */
    private final Optional<SudoPlace> sudo;

    /** @param directory the test's own; output of the commands is kept in it */
    public Pidcap(Path directory) {
        this(directory, "");
    }

    /** @param workerJvmOptions divided by spaces */
    public Pidcap(Path directory, String workerJvmOptions) {
        this(directory, workerJvmOptions, List.of());
    }

    /** @param jvmOptions of the command line itself */
    public Pidcap(Path directory, String workerJvmOptions, List<String> jvmOptions) {
        this.directory = directory;
        this.workerJvmOptions = workerJvmOptions;
        this.jvmOptions = List.copyOf(jvmOptions);
        this.sudo = Optional.empty();
    }

    Pidcap(SudoPlace sudo) {
        this.directory = sudo.directory();
        this.workerJvmOptions = "";
        this.jvmOptions = List.of();
        this.sudo = Optional.of(sudo);
    }

    /** What a finished command left. */
    public record Result(int exitCode, String out, String err) {}

    /** A command that runs. */
    public record Running(Process process, Path out, Path err) {
        public String outText() throws IOException {
            return Files.readString(out, StandardCharsets.UTF_8);
        }

        public String errText() throws IOException {
            return Files.readString(err, StandardCharsets.UTF_8);
        }

        /** Waits for its end, by force after the deadline, which fails the test. */
        public Result await() throws IOException, InterruptedException {
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("pidcap did not end in " + DEADLINE_SECONDS + " s; it said: " + errText());
            }
            return new Result(process.exitValue(), outText(), errText());
        }

        /** Waits until standard error holds {@code text}. */
        public void awaitErr(String text) throws IOException {
            Await.until("pidcap says \"" + text + "\"", () -> errText().contains(text) || !process.isAlive());
            if (!errText().contains(text)) {
                throw new AssertionError("pidcap ended without saying \"" + text + "\": " + errText());
            }
        }
    }

    @Override
    public Result run(String... arguments) throws IOException, InterruptedException {
        return start(arguments).await();
    }

    public Running start(String... arguments) throws IOException {
        return start(List.of(), arguments);
    }

    /** @param prefix a command that runs the rest, such as {@code setpriv} with its options */
    public Running start(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(sudo.isPresent() ? List.of(sudo.get().script().toString()) : program());
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("PIDCAP_HOME", directory.resolve("state").toString());
        sudo.ifPresent(place -> builder.environment().putAll(place.environment()));
        return new Running(builder.start(), out, err);
    }

    private List<String> program() {
        Path dist = Path.of(System.getProperty("pidcap.dist"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dpidcap.lib=" + dist.resolve("lib"),
                "-Dpidcap.worker.jvm=" + workerJvmOptions));
        command.addAll(jvmOptions);
        command.addAll(
                List.of("-jar", dist.resolve("lib/pidcap-coordinator.jar").toString()));
        return command;
    }
}
