package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for a fuzz target to write its input to, thousands of times a second; in memory where the system has that. */
final class FuzzFile {
    private static final Path MEMORY = Path.of("/dev/shm");

    private FuzzFile() {}

    /** Deleted when the JVM ends. */
    static Path create() throws IOException {
        Path file = Files.isWritable(MEMORY)
                ? Files.createTempFile(MEMORY, "pidcap-fuzz", null)
                : Files.createTempFile("pidcap-fuzz", null);
        file.toFile().deleteOnExit();
        return file;
    }
}
