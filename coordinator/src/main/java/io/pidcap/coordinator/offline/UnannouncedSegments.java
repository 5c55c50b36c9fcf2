package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.filter.FilterCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a capture-worker wrote after the last word that the journal has of it, because the coordinator died first: the
 * rest of the segment that was growing, and segments after it. Their names are those of capture.proto.
 */
final class UnannouncedSegments {
    private record Stream(int run, int interfaceNumber) {}

    private record Newest(int segment, boolean ended) {}

    private final Path spool;
    private final Map<Integer, Integer> interfacesOfOpenRuns = new HashMap<>();
    private final Map<Stream, Newest> newest = new HashMap<>();

    UnannouncedSegments(Path spool) {
        this.spool = spool;
    }

    void opened(int run, int interfaces) {
        interfacesOfOpenRuns.put(run, interfaces);
    }

    void announced(int run, int interfaceNumber, int segment, boolean ended) {
        newest.put(new Stream(run, interfaceNumber), new Newest(segment, ended));
    }

    void ended(int run) {
        interfacesOfOpenRuns.remove(run);
    }

    /** As far as they are there now, all ended. */
    List<FilterCommand> list() throws IOException {
        List<FilterCommand> found = new ArrayList<>();
        for (Map.Entry<Integer, Integer> open : interfacesOfOpenRuns.entrySet()) {
            for (int number = 0; number < open.getValue(); number++) {
                add(open.getKey(), number, found);
            }
        }
        return found;
    }

    private void add(int run, int interfaceNumber, List<FilterCommand> found) throws IOException {
        Newest known = newest.getOrDefault(new Stream(run, interfaceNumber), new Newest(0, true));
        int segment = known.ended() ? known.segment() + 1 : known.segment();
        Path file = file(run, interfaceNumber, segment);
        while (Files.exists(file)) {
            found.add(new FilterCommand.ProgressArrived(
                    run, interfaceNumber, segment, file, Files.size(file), true, Long.MIN_VALUE, null));
            segment++;
            file = file(run, interfaceNumber, segment);
        }
    }

    private Path file(int run, int interfaceNumber, int segment) {
        String digits = "000000" + segment;
        int width = Math.max(6, Integer.toString(segment).length());
        return spool.resolve(
                "run" + run + "-if" + interfaceNumber + "-" + digits.substring(digits.length() - width) + ".pcap");
    }
}
