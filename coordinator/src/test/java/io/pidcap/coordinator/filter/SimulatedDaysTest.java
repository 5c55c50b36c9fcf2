package io.pidcap.coordinator.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.History;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCommand.BatchArrived;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketState;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three days of a session, told as workers tell them: a process every ten seconds, each with the next pid of few, wanted or
 * not, on ports that others had; a wall clock that is set every hour; a segment every ten minutes, deleted when it is
 * filtered. What is held does not grow with the days.
 */
class SimulatedDaysTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long DAYS_SECONDS = 3L * 24 * 3600;
    private static final int STEP_SECONDS = 10;
    private static final int SEGMENT_SECONDS = 600;
    private static final int CLOCK_SECONDS = 3600;
    private static final int FIRST_PID = 300;
    private static final int PIDS = 500;
    private static final int FIRST_PORT = 1000;
    private static final int PORTS = 100;

    private final long seed = new Random().nextInt(1_000_000);
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private FilterFixture filter;
    private RecordingWriter output;
    private SpoolFiles spool;
    private long wallOffsetNanos = History.WALL_OFFSET_NANOS;

    @BeforeEach
    void begin() throws IOException {
        output = new RecordingWriter();
        filter = new FilterFixture(directory, ProcessSelector.ofNames("wanted"), output);
        spool = new SpoolFiles(directory, 1, 0, LinkType.RAW);
        filter.tell(FilterFixture.snapshot(0), FilterFixture.run(1, spool.description()));
    }

    private ObservedTime at(long nanos) {
        return new ObservedTime(nanos, nanos + wallOffsetNanos);
    }

    @Test
    void shouldHoldNoMoreAtTheEndThanAtTheBegin() throws IOException {
        long wanted = 0;
        long packets = 0;
        int mostIntervals = 0;
        int mostFiles = 0;
        for (int second = STEP_SECONDS; second <= DAYS_SECONDS; second += STEP_SECONDS) {
            if (second % CLOCK_SECONDS == 0) {
                stepWallClock();
            }
            int number = second / STEP_SECONDS;
            boolean isWanted = random.nextInt(3) == 0;
            packets += 2;
            wanted += isWanted ? 2 : 0;
            live(second * SECOND, number, isWanted);
            if (second % SEGMENT_SECONDS == 0) {
                filter.tell(spool.end());
                mostFiles = Math.max(mostFiles, deleteFiltered());
            }
            mostIntervals = Math.max(
                    mostIntervals,
                    filter.stage.progress(FilterProgress.State.RUNNING).intervals());
        }
        filter.tell(spool.progress(), batch(DAYS_SECONDS * SECOND + SECOND, List.of(), List.of(), List.of()));
        FilterProgress end = filter.finish();
        String what = "seed " + seed + ": " + end.counters() + ", at most " + mostIntervals + " intervals, " + mostFiles
                + " files";
        System.out.println(what);
        assertThat(end.counters().receivedPackets()).as(what).isEqualTo(packets);
        assertThat(end.counters().keptPackets()).as(what).isEqualTo(wanted);
        assertThat(output.texts()).as(what).allMatch(text -> text.startsWith("wanted "));
        assertThat(mostIntervals).as(what).isLessThan(20);
        assertThat(mostFiles).as(what).isLessThanOrEqualTo(2);
        assertThat(end.processes().size()).as(what).isLessThan(1100);
        assertThat(end.problems()).as(what).isEmpty();
    }

    /** A process begins, sends by a socket of its own, and ends, all within a second. */
    private void live(long nanos, int number, boolean isWanted) throws IOException {
        ProcessIdentity identity = new ProcessIdentity(FIRST_PID + number % PIDS, nanos);
        String name = isWanted ? "wanted" : "other";
        ProcessInfo info = new ProcessInfo(identity, 1, name, name, null, List.of(), 0);
        int port = FIRST_PORT + number % PORTS;
        var tuple = History.tuple("udp " + FilterFixture.HERE + ":" + port);
        List<FlowEvent> events = List.of(
                new FlowEvent(Kind.OPENED, at(nanos), number, History.OWN, tuple, SocketState.BOUND, identity),
                new FlowEvent(
                        Kind.CLOSED, at(nanos + SECOND / 2), number, History.OWN, tuple, SocketState.BOUND, identity));
        spool.packetAt(nanos + SECOND / 8, FilterFixture.datagram(port, 1));
        spool.packetAt(nanos + SECOND / 4, FilterFixture.datagram(port, 2));
        filter.tell(spool.progress(), batch(nanos + SECOND, List.of(info), events, List.of(identity)));
    }

    private BatchArrived batch(
            long nanos, List<ProcessInfo> processes, List<FlowEvent> events, List<ProcessIdentity> exits) {
        return new BatchArrived(new FlowBatch(processes, events, exits, false, List.of(), 0, at(nanos)));
    }

    /** Forth or back by up to two hours. */
    private void stepWallClock() {
        int seconds = random.nextInt(4 * 3600) - 2 * 3600;
        wallOffsetNanos += seconds * SECOND;
        spool.wallClockStepped(seconds);
    }

    /** @return how many there were */
    private int deleteFiltered() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.pcap")) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            if (filter.listener.segments.contains(file.getFileName().toString())) {
                Files.delete(file);
            }
        }
        return files.size();
    }
}
