package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A command that is measured.
 *
 * @param name for the table
 * @param output a file that it writes, which is deleted before each run
 */
public record Contender(String name, List<String> command, Path output) {
    public Contender {
        command = List.copyOf(command);
    }

    /** Runs it to its end. */
    Sample run(Workplace place) throws IOException, InterruptedException {
        Files.deleteIfExists(output);
        return Stopwatch.time(place.directory(), command);
    }
}
