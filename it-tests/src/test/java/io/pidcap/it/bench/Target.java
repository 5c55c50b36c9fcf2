package io.pidcap.it.bench;

/**
 * What the ratio, ours by the peer's, should be.
 *
 * @param atLeast {@link Double#NaN}: nothing is asked
 * @param atMost {@link Double#NaN}: nothing is asked
 */
public record Target(double atLeast, double atMost) {
    /** The ratio is only told. */
    public static final Target NONE = new Target(Double.NaN, Double.NaN);

    public static Target atMost(double ratio) {
        return new Target(Double.NaN, ratio);
    }

    public static Target atLeast(double ratio) {
        return new Target(ratio, Double.NaN);
    }

    /** {@code met}, {@code missed}, or {@code -} where nothing is asked. */
    public String verdict(double ratio) {
        if (equals(NONE)) {
            return "-";
        }
        return ratio < atLeast || ratio > atMost ? "missed" : "met";
    }

    @Override
    public String toString() {
        if (equals(NONE)) {
            return "-";
        }
        return Double.isNaN(atLeast) ? "<= " + Spread.figures(atMost) : ">= " + Spread.figures(atLeast);
    }
}
