package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The compiled {@code programs/cost.c}, which says what it can do. */
final class CostProgram {
    private static final Path COMPILER = Path.of("/usr/bin/cc");
    /** From the distribution's folder, the header with the form of the records. */
    private static final String HEADERS = "../../native/src/main/bpf";

    private final Path program;

    private CostProgram(Path program) {
        this.program = program;
    }

    /** Why nothing of this can run here. */
    static Optional<String> obstacle() throws IOException {
        if (!Files.isExecutable(COMPILER)) {
            return Optional.of("there is no C compiler " + COMPILER);
        }
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                ? Optional.empty()
                : Optional.of("not root: no program can be attached");
    }

    static CostProgram compile(Workplace place) throws IOException, InterruptedException {
        Path source = place.file("cost.c");
        try (var in = CostProgram.class.getResourceAsStream("/programs/cost.c")) {
            Files.write(source, in.readAllBytes());
        }
        Path program = place.file("cost");
        Path headers = Path.of(System.getProperty("pidcap.dist"), HEADERS);
        run(List.of(
                COMPILER.toString(),
                "-O2",
                "-pthread",
                "-I",
                headers.toString(),
                "-o",
                program.toString(),
                source.toString()));
        return new CostProgram(program);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + process.exitValue());
        }
        return output;
    }

    private List<String> command(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
        return command;
    }

    /** The same under another name. */
    CostProgram as(Workplace place, String name) throws IOException {
        return new CostProgram(Files.copy(program, place.file(name), StandardCopyOption.COPY_ATTRIBUTES));
    }

    /** It runs; what it prints is the caller's to read. */
    Process start(Object... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Runs it to its end; the numbers that it prints. */
    double[] numbers(Object... arguments) throws IOException, InterruptedException {
        return Arrays.stream(run(command(arguments)).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    /** The CPU that it takes as well. */
    Sample time(Workplace place, Object... arguments) throws IOException, InterruptedException {
        return Stopwatch.time(place.directory(), command(arguments));
    }

    /** Holds sockets until it is closed. */
    Held hold(int processes, int socketsOfEach) throws IOException {
        return new Held(start("sockets", processes, socketsOfEach), processes * socketsOfEach);
    }

    /** Programs that do nothing are where a packet passes ours, until it is closed. */
    Held emptyPrograms() throws IOException {
        return new Held(start("hooks"), 0);
    }

    /** A process that holds something. */
    static final class Held implements AutoCloseable {
        private final Process process;
        private final int sockets;

        private Held(Process process, int sockets) throws IOException {
            this.process = process;
            this.sockets = sockets;
            String line = process.inputReader().readLine();
            if (!"ready".equals(line)) {
                close();
                throw new IllegalStateException("the program that holds something said: " + line);
            }
        }

        int sockets() {
            return sockets;
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
