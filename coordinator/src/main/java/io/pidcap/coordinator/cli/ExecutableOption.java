package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code --exe} means. A process has the path of the file that it executes, with all links followed; so what is
 * given stands for itself, where the file is gone or is seen under this path by a process in a container only, and for
 * what it is with its links followed.
 */
final class ExecutableOption {
    private static final String HINT = "give a path as in --exe /usr/sbin/nginx, or a pattern as in --exe '/opt/*'";

    private ExecutableOption() {}

    /**
     * The patterns that a process's path is compared with.
     *
     * @throws SessionException it can never be the path of an executable
     */
    static List<String> patterns(Platform platform, String given) {
        if (given.isBlank()) {
            throw new SessionException(Kind.USAGE, "--exe needs a path, not an empty text", HINT);
        }
        int wildcard = wildcard(given);
        if (wildcard < 0) {
            return ofPath(given);
        }
        return platform == Platform.WINDOWS
                ? ofPattern(given.replace('/', '\\'), wildcard, '\\')
                : ofPattern(given, wildcard, '/');
    }

    private static int wildcard(String text) {
        int star = text.indexOf('*');
        int mark = text.indexOf('?');
        return star < 0 || mark < 0 ? Math.max(star, mark) : Math.min(star, mark);
    }

    private static List<String> ofPath(String given) {
        Path path;
        try {
            path = Path.of(given).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new SessionException(Kind.USAGE, "--exe " + given + ": " + e.getReason(), HINT);
        }
        if (Files.isDirectory(path)) {
            throw new SessionException(
                    Kind.USAGE, "--exe " + given + ": it is a directory", "all below it: --exe '" + path + "/*'");
        }
        if (isScript(path)) {
            throw new SessionException(
                    Kind.USAGE,
                    "--exe " + given + ": it is a script, what its processes execute is its interpreter",
                    "select it by name: -n " + path.getFileName());
        }
        return both(path.toString(), real(path));
    }

    private static List<String> ofPattern(String given, int wildcard, char separator) {
        boolean drive = separator == '\\' && given.matches("(?s)[A-Za-z]:\\\\.*");
        if (given.charAt(0) != separator && wildcard > 0 && !drive) {
            throw new SessionException(
                    Kind.USAGE, "--exe " + given + ": a pattern begins with / or with *, since paths do", HINT);
        }
        int directoryEnd = given.lastIndexOf(separator, wildcard);
        if (directoryEnd <= 0) {
            return List.of(given);
        }
        String rest = given.substring(directoryEnd);
        return both(given, real(Path.of(given.substring(0, directoryEnd))) + rest);
    }

    private static List<String> both(String given, String real) {
        return given.equals(real) ? List.of(given) : List.of(given, real);
    }

    private static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toString();
        }
    }

    private static boolean isScript(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(2);
            return start.length == 2 && start[0] == '#' && start[1] == '!';
        } catch (IOException e) {
            // It need not be there, or not for us.
            return false;
        }
    }
}
