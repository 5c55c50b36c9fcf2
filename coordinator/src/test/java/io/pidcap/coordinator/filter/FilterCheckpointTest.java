package io.pidcap.coordinator.filter;

import static io.pidcap.coordinator.filter.FilterFixture.batch;
import static io.pidcap.coordinator.filter.FilterFixture.bound;
import static io.pidcap.coordinator.filter.FilterFixture.datagram;
import static io.pidcap.coordinator.filter.FilterFixture.run;
import static io.pidcap.coordinator.filter.FilterFixture.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.filter.FilterCommand.CheckpointWanted;
import io.pidcap.coordinator.filter.FilterCommand.RunEnded;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapFileReader;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * A filter stage that begins at any checkpoint of another, over what is left of the spool then, writes exactly those
 * packets that the other one had not yet written.
 */
class FilterCheckpointTest {
    private static final int INTERFACES = 3;
    private static final int RUNS = 2;
    private static final int STEPS = 60;

    @TempDir
    Path directory;

    private final List<FilterCommand> told = new ArrayList<>();

    private final List<FilterCheckpoint> asked = new ArrayList<>();

    @RepeatedTest(20)
    void shouldGoOnWithWhatIsNotInTheOutput() throws IOException {
        long seed = ThreadLocalRandom.current().nextLong();
        Path first = Files.createDirectory(directory.resolve("first"));
        FilterFixture whole = new FilterFixture(first);
        capture(whole, new Random(seed));
        FilterProgress result = whole.finish();
        List<Double> all = FilterFixture.seconds(first.resolve("out.pcap"));
        assertThat(all).as("seed %d", seed).hasSizeGreaterThan(10).doesNotHaveDuplicates();
        assertThat(whole.listener.checkpoints).as("seed %d", seed).hasSizeGreaterThan(3);
        assertThat(asked).as("seed %d", seed).hasSizeGreaterThan(3);

        String what = "seed " + seed + ", asked for ";
        for (int i = 0; i < asked.size(); i++) {
            assertGoesOn(asked.get(i), what + i, all, result);
        }
        for (int i = 0; i < whole.listener.checkpoints.size(); i++) {
            // As a session does once it has written the checkpoint down.
            Files.delete(directory.resolve(whole.listener.segments.get(i)));
            assertGoesOn(whole.listener.checkpoints.get(i), "seed " + seed + ", segment " + i, all, result);
        }
    }

    private void assertGoesOn(FilterCheckpoint checkpoint, String what, List<Double> all, FilterProgress result)
            throws IOException {
        Path again = Files.createTempDirectory(directory, "again");
        FilterFixture rest = new FilterFixture(again, checkpoint);
        for (FilterCommand command : told) {
            rest.tell(command);
        }
        FilterProgress since = rest.finish();
        List<Double> left = FilterFixture.seconds(again.resolve("out.pcap"));
        double oldest = checkpoint.allBeforeMonotonicNanos() / 1e9;
        assertThat(left).as("%s: %s", what, checkpoint).allMatch(second -> second >= oldest);
        List<Double> joined = secondsOfFirst(directory.resolve("first/out.pcap"), checkpoint.outputBytes(), again);
        joined.addAll(left);
        assertThat(joined).as("%s: %s", what, checkpoint).containsExactlyInAnyOrderElementsOf(all);
        assertThat(checkpoint.counters().plus(since.counters())).as(what).isEqualTo(result.counters());
        assertThat(since.problems()).as(what).isEmpty();
    }

    private void capture(FilterFixture filter, Random random) throws IOException {
        tell(filter, snapshot(0));
        tell(filter, batch(1, bound(0.5, 1, "udp *:1000", 1), bound(0.5, 2, "udp *:2000", 2)));
        double now = 2;
        for (int run = 1; run <= RUNS; run++) {
            List<SpoolFiles> spools = new ArrayList<>();
            for (int number = 0; number < INTERFACES; number++) {
                spools.add(new SpoolFiles(directory, run, number, LinkType.RAW));
            }
            tell(filter, run(run, spools.stream().map(SpoolFiles::description).toArray(InterfaceDescription[]::new)));
            for (int step = 0; step < STEPS; step++) {
                SpoolFiles spool = spools.get(random.nextInt(INTERFACES));
                for (int i = random.nextInt(4); i > 0; i--) {
                    now += 0.001;
                    spool.packet(now, datagram(random.nextBoolean() ? 1000 : 2000, random.nextInt(50)));
                }
                tell(filter, random.nextInt(5) == 0 ? spool.end() : spool.progress());
                if (random.nextInt(3) == 0) {
                    tell(filter, batch(now));
                }
                if (random.nextInt(10) == 0) {
                    filter.tell(new CheckpointWanted(asked::add));
                }
            }
            for (SpoolFiles spool : spools) {
                tell(filter, spool.progress());
            }
            tell(filter, new RunEnded(run));
        }
    }

    private void tell(FilterFixture filter, FilterCommand command) throws IOException {
        told.add(command);
        filter.tell(command);
    }

    private static List<Double> secondsOfFirst(Path file, long bytes, Path place) throws IOException {
        Path beginning = place.resolve("beginning.pcap");
        Files.copy(file, beginning, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(beginning, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
        try (PcapFileReader reader = PcapFileReader.openWhole(beginning)) {
            while (reader.next()) {
                // Only to see that it ends with a whole record.
            }
            reader.requireNoRest();
        }
        return FilterFixture.seconds(beginning);
    }
}
