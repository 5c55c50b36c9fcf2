package io.pidcap.coordinator.output;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Names of the files of a split output: {@code base.pcapng} becomes {@code base-NAME.pcapng}, a directory gets
 * {@code NAME.pcapng}. In a name letters, digits and {@code . _ - + @} stay, all else becomes {@code _}; it is cut to
 * {@value #MOST_NAME_BYTES} bytes. Two names that would be one file, and a name whose file is there, get a number:
 * {@code base-NAME-2.pcapng}.
 */
final class SplitNames {
    /** A file name has at most 255 bytes, and there are a base and a suffix. */
    static final int MOST_NAME_BYTES = 100;

    private static final String KEPT = "._-+@";

    private final Path directory;
    private final String prefix;
    private final String suffix;
    private final Predicate<Path> taken;
    private final Set<Path> given = new HashSet<>();

    /** @param taken true for a file that may not be used, beside those given before */
    SplitNames(Path target, Predicate<Path> taken) {
        this.taken = taken;
        if (Files.isDirectory(target)) {
            directory = target;
            prefix = "";
            suffix = "." + OutputFormat.of(target).word();
        } else {
            String name = String.valueOf(target.getFileName());
            String lower = name.toLowerCase(Locale.ROOT);
            int end = lower.endsWith(".pcap") || lower.endsWith(".pcapng") ? name.lastIndexOf('.') : name.length();
            directory = target.resolveSibling("");
            prefix = name.substring(0, end) + "-";
            suffix = name.substring(end);
        }
    }

    /** One that is not to be given any more. */
    void reserve(Path path) {
        given.add(path);
    }

    /** Another one at each call. */
    Path fileOf(String processName) {
        String stem = prefix + safe(processName);
        Path path = directory.resolve(stem + suffix);
        for (int number = 2; given.contains(path) || taken.test(path); number++) {
            path = directory.resolve(stem + "-" + number + suffix);
        }
        given.add(path);
        return path;
    }

    static String safe(String processName) {
        StringBuilder safe = new StringBuilder();
        int bytes = 0;
        for (int character : processName.codePoints().toArray()) {
            boolean kept = Character.isLetterOrDigit(character) || KEPT.indexOf(character) >= 0;
            // At the beginning a dot hides the file, or names a directory.
            String written = kept && !(safe.isEmpty() && character == '.') ? Character.toString(character) : "_";
            bytes += written.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MOST_NAME_BYTES) {
                break;
            }
            safe.append(written);
        }
        return safe.isEmpty() ? "_" : safe.toString();
    }
}
