package io.pidcap.it.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** {@code programs/talk.c} twice under two names, in a network namespace of their own, in which nobody else talks. */
final class Talkers implements AutoCloseable {
    static final String WANTED = "bench-wanted";
    private static final String NOISE = "bench-noise";
    private static final int BYTES = 1400;

    private final Process noise;
    private final BufferedReader noiseSays;
    private final Process wanted;
    private final BufferedReader wantedSays;

    /** How many packets each sent. */
    record Sent(long noise, long wanted) {}

    private Talkers(Process noise, BufferedReader noiseSays, Process wanted, BufferedReader wantedSays) {
        this.noise = noise;
        this.noiseSays = noiseSays;
        this.wanted = wanted;
        this.wantedSays = wantedSays;
    }

    static void compile(Workplace place) throws IOException, InterruptedException {
        Path source = place.file("talk.c");
        try (var in = Talkers.class.getResourceAsStream("/programs/talk.c")) {
            Files.write(source, in.readAllBytes());
        }
        Process compiler = new ProcessBuilder(
                        "cc", "-O2", "-o", place.file(NOISE).toString(), source.toString())
                .inheritIO()
                .start();
        if (compiler.waitFor() != 0) {
            throw new IllegalStateException("cc cannot compile " + source);
        }
        Files.copy(place.file(NOISE), place.file(WANTED), StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** Returns when both have their sockets. */
    static Talkers start(Workplace place, int noisePerSecond, int wantedPerSecond, double seconds) throws IOException {
        Process noise = talker(
                List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""),
                place.file(NOISE),
                noisePerSecond,
                seconds);
        BufferedReader noiseSays = said(noise);
        Process wanted = talker(enter(noise), place.file(WANTED), wantedPerSecond, seconds);
        return new Talkers(noise, noiseSays, wanted, said(wanted));
    }

    private static Process talker(List<String> prefix, Path program, int rate, double seconds) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(
                List.of(program.toString(), Integer.toString(rate), Double.toString(seconds), Integer.toString(BYTES)));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader said(Process process) throws IOException {
        BufferedReader says = process.inputReader();
        String line = says.readLine();
        if (!"bound".equals(line)) {
            throw new IllegalStateException("a talker said " + line);
        }
        return says;
    }

    private static List<String> enter(Process process) {
        return List.of("nsenter", "--net=/proc/" + process.pid() + "/ns/net");
    }

    /** A command that runs the rest where they are. */
    List<String> enter() {
        return enter(noise);
    }

    /** Returns when both have sent all. */
    Sent talk() throws IOException {
        for (Process each : List.of(noise, wanted)) {
            BufferedWriter writer = each.outputWriter();
            writer.newLine();
            writer.flush();
        }
        return new Sent(Long.parseLong(noiseSays.readLine()), Long.parseLong(wantedSays.readLine()));
    }

    @Override
    public void close() throws IOException {
        for (Process each : List.of(noise, wanted)) {
            each.getOutputStream().close();
            each.onExit().join();
        }
    }
}
