package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The filter stage against tcpdump, and how far it is from what the copying alone costs. */
final class FilterBenchmark implements Benchmark {
    private static final int FLOWS = 100;
    private static final int WANTED_FLOWS = FLOWS / 2;

    @Override
    public String name() {
        return "filter";
    }

    @Override
    public String what() {
        return "filter a capture file, half of it selected, against tcpdump";
    }

    @Override
    public Optional<String> obstacle() {
        return Tools.tcpdump();
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        FilterFiles files = FilterFiles.make(place, FLOWS);
        Contender pcap = files.ours("pcap to pcap", "ours.pcap");
        Contender byRange = files.tcpdump(
                "tcpdump, 1 port range",
                "tcp portrange " + FilterInput.FIRST_WANTED_PORT + "-" + FilterInput.LAST_WANTED_PORT);
        Contender byPorts = files.tcpdump(
                "tcpdump, " + WANTED_FLOWS + " ports",
                IntStream.range(0, WANTED_FLOWS)
                        .mapToObj(i -> "tcp port " + FilterInput.localPort(2 * i))
                        .collect(Collectors.joining(" or ")));
        Duel range = Duel.fight(pcap, byRange, place, 1, place.rounds());
        Selection selected = Selection.same(pcap.output(), byRange.output());
        place.say("same as tcpdump's: " + selected);
        Duel ports = Duel.fight(pcap, byPorts, place, 1, place.rounds());
        Selection.same(pcap.output(), byPorts.output());

        Contender pcapng = files.ours("pcap to pcapng", "ours.pcapng");
        Duel ng = Duel.fight(pcapng, byRange, place, 1, place.rounds());
        Selection.same(pcapng.output(), byRange.output());

        Contender copy = new Contender(
                "cat IN >/dev/null, cat SELECTED >OUT",
                List.of(
                        "sh",
                        "-c",
                        "cat \"$0\" >/dev/null; cat \"$1\" >\"$2\"",
                        files.capture().toString(),
                        byRange.output().toString(),
                        place.file("copy").toString()),
                place.file("copy"));
        Duel limit = Duel.fight(pcap, copy, place, 1, place.rounds());
        return List.of(
                range.wall("half selected by port", Target.atMost(0.5)),
                range.cpu("half selected by port", Target.NONE),
                ports.wall(WANTED_FLOWS + " flows selected", Target.atMost(0.2)),
                ng.wall("half selected by port", Target.NONE),
                limit.wall("the physical limit", Target.NONE));
    }
}
