package io.pidcap.it.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two sessions, one for each source of events, watch the same traffic of some hundred processes; tcpdump sees all of it.
 * The figures of /proc have no threshold: it polls, and what it misses is in the table.
 */
class AccuracyIT {
    private static final String NAMES = "acc-*,short-lived-connector-acc";
    private static final Path TABLE = Path.of("target/accuracy.md");

    /** What eBPF cannot reach, by class, and why. */
    private static final Map<String, String> LIMITS = Map.of();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void shouldKeepEveryPacketOfTheTargetsAndNoOtherByEbpf() throws Exception {
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
        Pidcap pidcap = new Pidcap(directory);
        Path ebpf = directory.resolve("ebpf.pcapng");
        Path proc = directory.resolve("proc.pcapng");
        try (Conductor conductor = Conductor.start(directory)) {
            List<String> sessions =
                    List.of(start(pidcap, conductor, "ebpf", ebpf), start(pidcap, conductor, "proc", proc));
            conductor.go();
            Status.awaitEventsOfAllUntilNow(pidcap);
            for (String session : sessions) {
                Pidcap.Result stopped = pidcap.run("stop", session);
                assertThat(stopped.exitCode()).as(stopped.err()).isZero();
            }
        }
        AccuracyTable table = table(ebpf, proc);
        Files.writeString(TABLE, table.markdown());
        System.out.println(table.markdown());
        assertThat(table.failures()).as("see " + TABLE + " and " + directory).isEmpty();
    }

    private static String start(Pidcap pidcap, Conductor conductor, String events, Path file) throws Exception {
        Pidcap.Result started = pidcap.start(
                        conductor.enter(),
                        "start",
                        "--events=" + events,
                        "-n",
                        NAMES,
                        "-i",
                        "lo,acc0",
                        "-w",
                        file.toString())
                .await();
        assertThat(started.exitCode()).as(started.err()).isZero();
        return started.out().strip();
    }

    private AccuracyTable table(Path ebpf, Path proc) throws Exception {
        Truth truth = Truth.read(directory.resolve("truth.json"));
        List<WirePacket> wire = new ArrayList<>(WirePacket.read(directory.resolve("wire-lo.pcap")));
        wire.addAll(WirePacket.read(directory.resolve("wire-acc0.pcap")));
        return new AccuracyTable(
                truth,
                new Scores(truth, wire, WirePacket.read(ebpf)),
                new Scores(truth, wire, WirePacket.read(proc)),
                LIMITS);
    }
}
