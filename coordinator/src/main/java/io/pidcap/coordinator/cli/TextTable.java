package io.pidcap.coordinator.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns under headings, as wide as their widest cell. */
final class TextTable {
    private static final String BETWEEN = "  ";

    private final List<String> headings;
    private final List<Boolean> rightAligned;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * @param headings one that begins with {@code >} is of a column of numbers
     */
    TextTable(String... headings) {
        this.headings = new ArrayList<>();
        this.rightAligned = new ArrayList<>();
        for (String heading : headings) {
            boolean right = heading.startsWith(">");
            this.headings.add(right ? heading.substring(1) : heading);
            this.rightAligned.add(right);
        }
    }

    TextTable row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + headings.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        int[] widths = new int[headings.size()];
        measure(headings, widths);
        rows.forEach(row -> measure(row, widths));
        StringBuilder text = new StringBuilder();
        append(text, headings, widths);
        rows.forEach(row -> append(text, row, widths));
        return text.toString();
    }

    private static void measure(List<String> row, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
        }
    }

    private void append(StringBuilder text, List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : BETWEEN);
            line.append(rightAligned.get(i) ? padding + row.get(i) : row.get(i) + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
