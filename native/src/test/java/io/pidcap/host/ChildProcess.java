package io.pidcap.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Other processes that a test needs; each is waited for, and killed when it does not end. */
public final class ChildProcess {
    private static final long DEADLINE_SECONDS = 60;

    private ChildProcess() {}

    /** A command line that runs {@code main} of the tests' class path in a JVM of its own. */
    public static List<String> javaCommand(Class<?> main, String... arguments) {
        return javaCommand(List.of(), main, arguments);
    }

    /** @param options more of them for that JVM */
    public static List<String> javaCommand(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs to the end and returns what it printed on either stream; any status but 0 is an error. */
    public static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(text(command) + " did not end: " + output);
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(text(command) + " ended with " + process.exitValue() + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The command without the class path, which would hide the rest. */
    private static String text(List<String> command) {
        return command.stream().filter(word -> !word.contains(".jar:")).collect(Collectors.joining(" "));
    }

    public static String run(String... command) {
        return run(List.of(command));
    }
}
