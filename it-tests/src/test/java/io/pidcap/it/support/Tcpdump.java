package io.pidcap.it.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another capture of the same packets, which knows nothing of us. */
public final class Tcpdump implements AutoCloseable {
    private static final int END_SECONDS = 10;

    private final Process process;
    private final Path file;

    private Tcpdump(Process process, Path file) {
        this.process = process;
        this.file = file;
    }

    /** Returns when it captures. */
    public static Tcpdump start(Path file, String interfaceName, String filter) throws IOException {
        Path said = file.resolveSibling(file.getFileName() + ".err");
        Process process = new ProcessBuilder(
                        "tcpdump",
                        "-n",
                        "-U",
                        "--immediate-mode",
                        "-B",
                        "16384",
                        "-i",
                        interfaceName,
                        "-w",
                        file.toString(),
                        filter)
                .redirectError(said.toFile())
                .start();
        Tcpdump started = new Tcpdump(process, file);
        Await.until("tcpdump listens", () -> Files.readString(said).contains("listening on") || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("tcpdump ended: " + Files.readString(said));
        }
        return started;
    }

    /** How many packets of the file match an expression of pcap-filter(7): for many of them, faster than tshark. */
    public static long count(Path file, String filter) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("tcpdump", "-n", "-q", "-r", file.toString(), filter)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long count;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            count = lines.lines().count();
        }
        if (process.waitFor() != 0) {
            throw new IOException("tcpdump ended with " + process.exitValue() + " on " + file);
        }
        return count;
    }

    /** See {@link Tshark#fields}; of those that are in the file now, while nothing is sent. */
    public List<String> fields(String displayFilter, String... fields) throws IOException, InterruptedException {
        return Tshark.fields(file, displayFilter, fields);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
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
