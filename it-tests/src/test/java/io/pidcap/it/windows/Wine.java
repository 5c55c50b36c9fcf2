package io.pidcap.it.windows;

import io.pidcap.host.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Runs programs of Windows on Wine, in a folder of its own, with what mingw-w64 compiles for them. */
final class Wine {
    private static final long DEADLINE_SECONDS = 120;

    private final Path directory;
    private final Path prefix;

    record Result(int exitCode, String out, String err) {
        /** What {@code arguments.c} printed. */
        List<String> zeroEnded() {
            return splitAtZeros(out);
        }
    }

    /** @param directory the test's own, on drive Z: as everything is */
    Wine(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.prefix = directory.resolve("prefix");
        // The first start makes Wine's registry; what follows is then told of nothing but its own faults.
        run(directory, Map.of(), List.of("cmd", "/c", "exit 0"));
    }

    /** The path as Windows writes it. */
    static String path(Path path) {
        return "Z:" + path.toAbsolutePath().toString().replace('/', '\\');
    }

    static List<String> splitAtZeros(String text) {
        List<String> words = new ArrayList<>(List.of(text.split("\0", -1)));
        words.remove(words.size() - 1);
        return words;
    }

    /** Compiles a source among the tests' resources. */
    static void compile(String source, Path program) throws IOException {
        Path file = program.resolveSibling(source);
        try (var in = Wine.class.getResourceAsStream(source)) {
            Files.write(file, Objects.requireNonNull(in, source).readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("x86_64-w64-mingw32-gcc", "-Wall", "-Werror"));
        if (Files.readString(file).contains("wmain")) {
            command.add("-municode");
        }
        command.addAll(List.of("-o", program.toString(), file.toString()));
        ChildProcess.run(command);
    }

    /** @param folder the working directory */
    Result run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("wine"));
        words.addAll(command);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = start(
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile()),
                environment);
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(words + " did not end");
        }
        return new Result(process.exitValue(), text(out), text(err));
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private Process start(ProcessBuilder builder, Map<String, String> more) throws IOException {
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.equals("JAVA_HOME") || name.startsWith("PIDCAP_"));
        environment.put("WINEPREFIX", prefix.toString());
        // It makes links into the home directory.
        environment.put("HOME", directory.toString());
        environment.put("WINEARCH", "win64");
        environment.put("WINEDEBUG", "-all");
        environment.putAll(more);
        return builder.start();
    }

    /** Ends what Wine leaves running in the background, and removes its links to what lies outside. */
    void shutDown() throws IOException, InterruptedException {
        start(new ProcessBuilder("wineserver", "-k", "-w").inheritIO(), Map.of())
                .waitFor();
        try (DirectoryStream<Path> drives = Files.newDirectoryStream(prefix.resolve("dosdevices"))) {
            for (Path drive : drives) {
                Files.delete(drive);
            }
        }
    }
}
