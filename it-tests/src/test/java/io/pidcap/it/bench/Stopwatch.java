package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Times a process from outside, with the {@code time} of bash: Java does not tell the CPU time of an ended child. */
final class Stopwatch {
    private static final String SCRIPT = "TIMEFORMAT='%R %U %S'; { time \"${@:2}\" 2>&3; } 3>\"$1.err\" 2>\"$1.time\"";

    private Stopwatch() {}

    /** @throws IllegalStateException the process failed; the message has what it said */
    static Sample time(Path directory, List<String> command) throws IOException, InterruptedException {
        Path base = directory.resolve("stopwatch");
        List<String> all = new ArrayList<>(List.of("bash", "-c", SCRIPT, "stopwatch", base.toString()));
        all.addAll(command);
        Process process = new ProcessBuilder(all)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + status + ": "
                    + Files.readString(directory.resolve("stopwatch.err")).strip());
        }
        return parse(Files.readString(directory.resolve("stopwatch.time"), StandardCharsets.UTF_8));
    }

    /** {@code real user system}, in seconds. */
    static Sample parse(String text) {
        String[] parts = text.strip().split(" ");
        return new Sample(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]) + Double.parseDouble(parts[2]));
    }
}
