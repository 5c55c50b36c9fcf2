package io.pidcap.it.bench;

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

    public String verdict() {
        return target.verdict(ratio.median());
    }
}
