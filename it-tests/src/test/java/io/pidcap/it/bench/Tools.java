package io.pidcap.it.bench;

import java.io.IOException;
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

    static Optional<String> tcpdump() {
        return obstacle("tcpdump", "tcpdump", "--version");
    }
}
