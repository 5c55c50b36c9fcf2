package io.pidcap.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A capture with its journal in the workplace, and commands that filter it. */
record FilterFiles(Workplace place, Path capture, Path journal) {
    /** Makes them; takes some seconds. */
    static FilterFiles make(Workplace place, int flows) throws IOException {
        Path capture = place.file("in-" + flows + ".pcap");
        FilterInput input = new FilterInput(flows);
        input.writeCapture(capture, place.packets());
        place.say(capture + ": " + place.packets() + " packets, " + Files.size(capture) / 1_000_000 + " MB, " + flows
                + " flows");
        return new FilterFiles(place, capture, journal(place, flows));
    }

    static Path journal(Workplace place, int flows) throws IOException {
        Path journal = place.file("journal-" + flows);
        new FilterInput(flows).writeJournal(journal);
        return journal;
    }

    /** Our command line. */
    Contender ours(String name, String output) {
        return ours(name, journal, output);
    }

    Contender ours(String name, Path otherJournal, String output) {
        Path out = place.file(output);
        return new Contender(
                name,
                place.pidcap(
                        "filter",
                        capture.toString(),
                        "--journal",
                        otherJournal.toString(),
                        "-n",
                        FilterInput.WANTED,
                        "-w",
                        out.toString()),
                out);
    }

    Contender tcpdump(String name, String expression) {
        Path out = place.file("tcpdump.pcap");
        return new Contender(name, List.of("tcpdump", "-r", capture.toString(), "-w", out.toString(), expression), out);
    }
}
