package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which of our streams a person looks at. */
final class Terminal {
    private Terminal() {}

    /** Whether what is written to standard error appears on a terminal. */
    static boolean isStderr() {
        return isTerminal(2);
    }

    static boolean isStdout() {
        return isTerminal(1);
    }

    static boolean isStdin() {
        return isTerminal(0);
    }

    /** Java asks for both ends of the console at once; /proc tells of each descriptor. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd", Integer.toString(descriptor));
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            // Where nobody tells, nothing that only a terminal understands is written.
            return false;
        }
    }
}
