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

    /** How many packets a file has, by tcpdump's account. */
    static long count(Path file) throws IOException, InterruptedException {
        return Long.parseLong(tcpdump(file, List.of("--count"), "").split(" ", 2)[0]);
    }

    /** How many connections are begun in a file, by tcpdump's account; a SYN that is sent again begins none. */
    static long connections(Path file) throws IOException, InterruptedException {
        // Such as: IP 127.0.0.1.40000 > 127.0.0.1.80: Flags [S], seq 17, win …
        return tcpdump(file, List.of("-t"), "tcp[tcpflags] == tcp-syn")
                .lines()
                .map(line -> line.substring(0, line.indexOf(", win")))
                .distinct()
                .count();
    }

    private static String tcpdump(Path file, List<String> options, String filter)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tcpdump", "-n", "-r", file.toString()));
        command.addAll(options);
        command.add(filter);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + process.exitValue());
        }
        return text;
    }

    static Optional<String> tcpdump() {
        return obstacle("tcpdump", "tcpdump", "--version");
    }
}
