package io.pidcap.it.support;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code programs/flood.c} in a network namespace of its own, where nobody else sends: the packets there are those that it
 * was told to send.
 */
public final class Flood implements AutoCloseable {
    /** Of its process. */
    public static final String NAME = "it-flood";

    private static final String ADDRESS = "127.0.0.1";
    private static final int END_SECONDS = 10;

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private Flood(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** As fast as it can. Returns when its socket is bound. */
    public static Flood start(Path directory, long packets, int payloadBytes) throws IOException, InterruptedException {
        return start(directory, packets, payloadBytes, 0);
    }

    /** @param packetsPerSecond 0: as fast as it can */
    public static Flood start(Path directory, long packets, int payloadBytes, int packetsPerSecond)
            throws IOException, InterruptedException {
        Path source = directory.resolve("flood.c");
        Path program = directory.resolve(NAME);
        try (var in = Flood.class.getResourceAsStream("/programs/flood.c")) {
            Files.write(source, in.readAllBytes());
        }
        Process compiler = new ProcessBuilder("cc", "-O2", "-Wall", "-o", program.toString(), source.toString())
                .inheritIO()
                .start();
        if (compiler.waitFor() != 0) {
            throw new IOException("cc cannot compile " + source);
        }
        String bringUpAndFlood = "ip link set lo up && exec \"$0\" \"$@\"";
        Flood flood = new Flood(new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        bringUpAndFlood,
                        program.toString(),
                        ADDRESS,
                        Long.toString(packets),
                        Integer.toString(payloadBytes),
                        Integer.toString(packetsPerSecond))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        flood.await("bound");
        return flood;
    }

    private void await(String word) throws IOException {
        String line = output.readLine();
        if (!word.equals(line)) {
            throw new IOException("the flood said \"" + line + "\" instead of \"" + word + "\"");
        }
    }

    /** A command that runs the rest in the flood's network. */
    public List<String> inItsNetwork() {
        return List.of("nsenter", "--net=/proc/" + process.pid() + "/ns/net");
    }

    /** Returns when all is sent; may be called again. */
    public void send() throws IOException {
        input.newLine();
        input.flush();
        await("sent");
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
