package io.pidcap.it.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Against the loop of the program before this one: Python with dpkt. It takes a minute, so it runs once. */
final class FilterDpktBenchmark implements Benchmark {
    /** The system's: dpkt comes with a package of the system. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final int FLOWS = 100;

    @Override
    public String name() {
        return "filter-dpkt";
    }

    @Override
    public String what() {
        return "filter a capture file, half of it selected, against a loop in Python with dpkt";
    }

    @Override
    public Optional<String> obstacle() {
        return Tools.obstacle("python3-dpkt", PYTHON, "-c", "import dpkt");
    }

    @Override
    public List<Row> run(Workplace place) throws IOException, InterruptedException {
        FilterFiles files = FilterFiles.make(place, FLOWS);
        Path script = place.file("dpkt_filter.py");
        try (InputStream in = FilterDpktBenchmark.class.getResourceAsStream("/programs/dpkt_filter.py")) {
            Files.copy(Objects.requireNonNull(in, "dpkt_filter.py"), script);
        }
        Contender ours = files.ours("pcap to pcap", "ours.pcap");
        Contender dpkt = new Contender(
                "dpkt",
                List.of(
                        PYTHON,
                        script.toString(),
                        files.capture().toString(),
                        place.file("dpkt.pcap").toString(),
                        Integer.toString(FilterInput.FIRST_WANTED_PORT),
                        Integer.toString(FilterInput.LAST_WANTED_PORT)),
                place.file("dpkt.pcap"));
        Duel duel = Duel.fight(ours, dpkt, place, 0, 1);
        Selection.same(ours.output(), dpkt.output());
        return List.of(duel.wall("the predecessor's way", Target.atMost(0.01)));
    }
}
