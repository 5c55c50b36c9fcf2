package io.pidcap.host.linux.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file that the kernel runs for a path given to exec: links are followed, and of a script it is the
 * interpreter (execve(2)), as /proc/PID/exe would say if the process were still there.
 */
final class ExecutablePaths {
    /** BINPRM_MAX_RECURSION of older kernels; later ones allow one more. */
    private static final int MOST_INTERPRETERS = 5;

    private static final int MOST_FIRST_LINE_BYTES = 256;
    private static final int MOST_KEPT = 1024;
    private static final List<String> OF_EACH_PROCESS = List.of("/dev/fd/", "/proc/self/", "/proc/thread-self/");

    private final Map<String, String> resolved = new HashMap<>();

    /** Null: a relative path, one that means something else to each process, or nothing that we can see. */
    @Nullable
    String resolve(String path) {
        if (!path.startsWith("/") || OF_EACH_PROCESS.stream().anyMatch(path::startsWith)) {
            return null;
        }
        String known = resolved.get(path);
        if (known == null) {
            known = follow(path);
            if (known != null) {
                if (resolved.size() >= MOST_KEPT) {
                    resolved.clear();
                }
                resolved.put(path, known);
            }
        }
        return known;
    }

    private static @Nullable String follow(String path) {
        try {
            Path file = Path.of(path).toRealPath();
            for (int i = 0; i < MOST_INTERPRETERS; i++) {
                String interpreter = interpreter(firstLine(file));
                if (interpreter == null) {
                    return file.toString();
                }
                file = Path.of(interpreter).toRealPath();
            }
            return null;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    private static String firstLine(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String start = new String(in.readNBytes(MOST_FIRST_LINE_BYTES), StandardCharsets.UTF_8);
            int end = start.indexOf('\n');
            return end < 0 ? start : start.substring(0, end);
        }
    }

    /** Of {@code #! /usr/bin/env python3} the first word; null: not a script. */
    static @Nullable String interpreter(String firstLine) {
        if (!firstLine.startsWith("#!")) {
            return null;
        }
        String rest = firstLine.substring(2).strip();
        int end = 0;
        while (end < rest.length() && !Character.isWhitespace(rest.charAt(end))) {
            end++;
        }
        return end == 0 ? null : rest.substring(0, end);
    }
}
