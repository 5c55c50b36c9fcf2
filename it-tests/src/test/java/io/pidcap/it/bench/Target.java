package io.pidcap.it.bench;

/**
 * What the ratio, ours by the peer's, should be.
 *
 * @param atMost {@link Double#NaN}: nothing is asked, the ratio is only told
 */
public record Target(double atMost) {
    public static final Target NONE = new Target(Double.NaN);

    public static Target atMost(double ratio) {
        return new Target(ratio);
    }

    /** {@code met}, {@code missed}, or {@code -} where nothing is asked. */
    public String verdict(double ratio) {
        return Double.isNaN(atMost) ? "-" : ratio <= atMost ? "met" : "missed";
    }

    @Override
    public String toString() {
        return Double.isNaN(atMost) ? "-" : "<= " + Spread.figures(atMost);
    }
}
