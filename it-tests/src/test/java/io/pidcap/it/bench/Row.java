package io.pidcap.it.bench;

import java.util.Arrays;

/**
 * One line of the table.
 *
 * @param what was measured
 * @param unit of {@code ours} and {@code peer}
 * @param peerName against which it was measured
 * @param ratio of each round, ours by the peer's
 * @param rounds how often both were measured
 */
public record Row(
        String what, String unit, Spread ours, String peerName, Spread peer, Spread ratio, Target target, int rounds) {

    /** Of rounds, the same number of both. */
    public static Row of(String what, String unit, double[] ours, String peerName, double[] peer, Target target) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> ours[i] / peer[i]);
        return new Row(
                what, unit, Spread.of(ours), peerName, Spread.of(peer), Spread.of(ratios), target, ratios.length);
    }

    /** Against a figure that was promised instead of a peer. */
    public static Row promised(String what, String unit, double[] ours, double promised, Target target) {
        double[] peer = new double[ours.length];
        Arrays.fill(peer, promised);
        return of(what, unit, ours, "promised", peer, target);
    }

    public String verdict() {
        return target.verdict(ratio.median());
    }
}
