package io.pidcap.coordinator.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds a program as execvp(3) does, before anything is started for it. */
final class CommandLookup {
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    private CommandLookup() {}

    /**
     * @param searchPath PATH; null: it is not set
     * @return the first executable of that name; where there is none, the first file; null: there is nothing
     */
    static @Nullable Path find(String command, @Nullable String searchPath) {
        if (command.isEmpty()) {
            return null;
        }
        if (command.indexOf('/') >= 0) {
            Path path = Path.of(command);
            return Files.exists(path) ? path : null;
        }
        Path notExecutable = null;
        for (String folder : (searchPath == null ? DEFAULT_PATH : searchPath).split(File.pathSeparator)) {
            Path candidate = Path.of(folder).resolve(command);
            if (Files.isRegularFile(candidate)) {
                if (Files.isExecutable(candidate)) {
                    return candidate;
                }
                notExecutable = notExecutable == null ? candidate : notExecutable;
            }
        }
        return notExecutable;
    }
}
