package io.pidcap.coordinator.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds a program as execvp(3) does, or Windows' shell, before anything is started for it. */
final class CommandLookup {
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    private CommandLookup() {}

    /**
     * @param searchPath PATH; null: it is not set
     * @param extensions PATHEXT of Windows, such as {@code .EXE;.CMD}; empty: programs are no matter of their names
     * @return the first executable of that name; where there is none, the first file; null: there is nothing
     */
    static @Nullable Path find(String command, @Nullable String searchPath, String extensions) {
        if (command.isEmpty()) {
            return null;
        }
        if (command.indexOf('/') >= 0 || command.indexOf(File.separatorChar) >= 0) {
            return names(command, extensions)
                    .map(Path::of)
                    .filter(Files::exists)
                    .findFirst()
                    .orElse(null);
        }
        Path notExecutable = null;
        for (String folder : (searchPath == null ? DEFAULT_PATH : searchPath).split(File.pathSeparator)) {
            for (String name : names(command, extensions).toList()) {
                Path candidate = Path.of(folder).resolve(name);
                if (Files.isRegularFile(candidate)) {
                    if (Files.isExecutable(candidate)) {
                        return candidate;
                    }
                    notExecutable = notExecutable == null ? candidate : notExecutable;
                }
            }
        }
        return notExecutable;
    }

    /** What a file of this command may be called: as it stands where that names a kind of program, or with each. */
    private static Stream<String> names(String command, String extensions) {
        List<String> kinds = Arrays.stream(extensions.split(";"))
                .filter(kind -> !kind.isEmpty())
                .toList();
        boolean named = kinds.isEmpty()
                || kinds.stream()
                        .anyMatch(kind -> command.toLowerCase(Locale.ROOT).endsWith(kind.toLowerCase(Locale.ROOT)));
        return named ? Stream.of(command) : kinds.stream().map(kind -> command + kind);
    }
}
