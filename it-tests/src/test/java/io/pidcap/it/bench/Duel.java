package io.pidcap.it.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Two commands, run in turn so that both meet the same moods of the machine: what counts is the ratio within a round, of
 * which the median is taken. Who begins changes with each round.
 */
public final class Duel {
    /** Both in one round. */
    record Round(Sample ours, Sample peer) {}

    private final Contender ours;
    private final Contender peer;
    private final List<Round> rounds = new ArrayList<>();

    private Duel(Contender ours, Contender peer) {
        this.ours = ours;
        this.peer = peer;
    }

    /** Of measurements that were taken already. */
    static Duel of(Contender ours, Contender peer, List<Round> rounds) {
        Duel duel = new Duel(ours, peer);
        duel.rounds.addAll(rounds);
        return duel;
    }

    /** @param warmups rounds before those that count: they fill the page cache */
    public static Duel fight(Contender ours, Contender peer, Workplace place, int warmups, int rounds)
            throws IOException, InterruptedException {
        Duel duel = new Duel(ours, peer);
        for (int i = -warmups; i < rounds; i++) {
            boolean weBegin = i % 2 == 0;
            Sample first = (weBegin ? ours : peer).run(place);
            Sample second = (weBegin ? peer : ours).run(place);
            if (i >= 0) {
                duel.rounds.add(weBegin ? new Round(first, second) : new Round(second, first));
            }
        }
        return duel;
    }

    /** The time that a person waits. */
    public Row wall(String what, Target target) {
        return row(what, "s", Sample::wallSeconds, target);
    }

    /** The time of all cores that is used up. */
    public Row cpu(String what, Target target) {
        return row(what, "CPU s", Sample::cpuSeconds, target);
    }

    private Row row(String what, String unit, ToDoubleFunction<Sample> measure, Target target) {
        return Row.of(
                what + " (" + ours.name() + ")",
                unit,
                rounds.stream().map(Round::ours).mapToDouble(measure).toArray(),
                peer.name(),
                rounds.stream().map(Round::peer).mapToDouble(measure).toArray(),
                target);
    }
}
