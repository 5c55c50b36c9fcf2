package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The results of one run of the benchmarks.
 *
 * @param host what it ran on
 * @param rows in the order in which they were measured
 * @param skipped benchmarks that could not run, with the reason
 */
public record BenchReport(String host, List<Row> rows, List<String> skipped) {
    private static final List<String> HEADINGS =
            List.of("what", "ours", "peer", "its figure", "ratio", "target", "verdict", "rounds");

    public BenchReport {
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
    }

    /** A table that is readable as text and as Markdown. */
    public String markdown() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADINGS);
        for (Row row : rows) {
            lines.add(List.of(
                    row.what(),
                    row.ours() + " " + row.unit(),
                    row.peerName(),
                    row.peer() + " " + row.unit(),
                    row.ratio().toString(),
                    row.target().toString(),
                    row.verdict(),
                    Integer.toString(row.rounds())));
        }
        int[] widths = new int[HEADINGS.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            append(text, line, widths);
            if (line == HEADINGS) {
                append(text, Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths);
            }
        }
        text.append("\nmedian (least-most) of rounds in turn; ratio: ours by the peer's of the same round\n")
                .append(host)
                .append('\n');
        skipped.forEach(one -> text.append("SKIPPED ").append(one).append('\n'));
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> cells, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            text.append("| ").append(cell).append(" ".repeat(widths[i] - cell.length() + 1));
        }
        text.append("|\n");
    }

    /** Both forms: {@code bench.md} and {@code bench.json}. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("bench.md"), markdown());
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("bench.json"), mapper.writeValueAsString(this) + "\n");
    }
}
