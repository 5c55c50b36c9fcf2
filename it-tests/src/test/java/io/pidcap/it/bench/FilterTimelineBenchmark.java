package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;

/** What many flows in the timeline cost: first on the same packets, then with packets of all of them. */
final class FilterTimelineBenchmark implements Benchmark {
    private static final int FEW = 50;
    private static final int MANY = 100_000;

    @Override
    public String name() {
        return "filter-timeline";
    }

    @Override
    public String what() {
        return "filter a capture file with " + MANY + " flows in the timeline, against itself with " + FEW;
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        FilterFiles files = FilterFiles.make(place, FEW);
        Contender few = files.ours("itself with " + FEW, "few.pcap");
        Contender many = files.ours(MANY + " flows", FilterFiles.journal(place, MANY), "many.pcap");
        Duel same = Duel.fight(many, few, place, 1, place.rounds());
        Selection.same(many.output(), few.output());

        place.clear();
        FilterFiles again = FilterFiles.make(place, FEW);
        FilterFiles spread = FilterFiles.make(place, MANY);
        Duel all = Duel.fight(
                spread.ours(MANY + " flows", "many.pcap"),
                again.ours("itself with " + FEW, "few.pcap"),
                place,
                1,
                place.rounds());
        return List.of(
                same.wall("many flows in the timeline, packets of " + FEW, Target.atMost(1.2)),
                all.wall("many flows in the timeline, packets of all", Target.atMost(1.2)));
    }
}
