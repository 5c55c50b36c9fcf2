package io.pidcap.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads capture files with tshark, which knows nothing of us. */
public final class Tshark {
    private Tshark() {}

    /** One row per packet that {@code displayFilter} (empty: all) shows; a row has a value per field, comma-joined. */
    public static List<String> fields(Path file, String displayFilter, String... fields)
            throws IOException, InterruptedException {
        return fields(file, displayFilter, List.of(), fields);
    }

    /** @param options more options of the command, such as preferences */
    public static List<String> fields(Path file, String displayFilter, List<String> options, String... fields)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("tshark", "-n", "-r", file.toString(), "-T", "fields", "-E", "separator=,"));
        command.addAll(options);
        for (String field : fields) {
            command.addAll(List.of("-e", field));
        }
        if (!displayFilter.isEmpty()) {
            command.addAll(List.of("-Y", displayFilter));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException("tshark ended with " + exit + " on " + file);
        }
        return text.lines().toList();
    }

    public static long count(Path file, String displayFilter) throws IOException, InterruptedException {
        return fields(file, displayFilter, "frame.number").size();
    }
}
