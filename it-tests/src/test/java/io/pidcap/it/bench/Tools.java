package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What benchmarks need of the host. */
final class Tools {
    private Tools() {}

    /** Why the peer cannot run; empty if the command succeeds. */
    static Optional<String> obstacle(String what, String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0 ? Optional.empty() : Optional.of(what + " is not installed");
        } catch (IOException e) {
            return Optional.of(what + " is not installed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** How many packets of a file fit, by tcpdump's account. */
    static long count(Path file, String... filter) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tcpdump", "-n", "--count", "-r", file.toString()));
        command.addAll(List.of(filter));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + process.exitValue());
        }
        return Long.parseLong(line.split(" ", 2)[0]);
    }

    static Optional<String> tcpdump() {
        return obstacle("tcpdump", "tcpdump", "--version");
    }
}
