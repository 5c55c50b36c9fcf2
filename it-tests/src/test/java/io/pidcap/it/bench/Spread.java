package io.pidcap.it.bench;

import java.util.Arrays;
import java.util.Locale;

/** Several measurements of one thing. */
public record Spread(double min, double median, double max) {
    /** The median of an even number of values is the mean of the middle two. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** {@code 0.412 (0.398-0.455)}; three figures, whatever the size. */
    @Override
    public String toString() {
        return min == max ? figures(median) : figures(median) + " (" + figures(min) + "-" + figures(max) + ")";
    }

    static String figures(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
