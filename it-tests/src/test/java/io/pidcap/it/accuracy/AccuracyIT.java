package io.pidcap.it.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * In each scene three sessions watch the same traffic of some hundred processes: one for each source of events, and one
 * that has the kernel drop what nobody wants. tcpdump sees all of it. The figures of /proc have no threshold: it polls, and
 * what it misses is in the table.
 */
class AccuracyIT {
    private static final Path TABLE = Path.of("target/accuracy.md");

    /** Of a session's output; all but the last must be perfect. */
    private static final List<String> WAYS = List.of("ebpf", "prefilter", "proc");

    /** The class of traffic that the prefilter is for, and how much of it must be dropped. */
    private static final String BULK = "bulk of bystanders";

    private static final int LEAST_DROPPED_PERCENT = 50;

    /** What eBPF cannot reach, by class, and why. */
    private static final Map<String, String> LIMITS = Map.of();

    /**
     * What the prefilter did in a scene.
     *
     * @param packets of the bulk, on the wire
     * @param unwanted packets on the wire, these among them
     * @param dropped by the kernel, whichever
     */
    private record Bulk(Scene scene, long packets, long unwanted, long dropped) {
        /** Of the bulk, if everything else that nobody wants was dropped too. */
        long leastDropped() {
            return dropped - (unwanted - packets);
        }

        @Override
        public String toString() {
            return "%s: the prefilter dropped %d of %d unwanted packets, at least %d of the %d of the bulk"
                    .formatted(scene.word(), dropped, unwanted, leastDropped(), packets);
        }
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    void shouldKeepEveryPacketOfTheTargetsAndNoOtherByEbpf() throws Exception {
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
        Require.all(Require.NFT, Require.TC, Require.CC, Require.CLANG, Require.PREFILTER);
        // Programs of other users find theirs below it.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        AccuracyTable table = new AccuracyTable(LIMITS);
        List<Bulk> bulks = new ArrayList<>();
        for (Scene scene : Scene.values()) {
            play(scene, Files.createDirectory(directory.resolve(scene.word())), table, bulks);
        }
        Files.writeString(TABLE, table.markdown());
        System.out.println(table.markdown());
        bulks.forEach(System.out::println);
        assertThat(table.failures()).as("see " + TABLE + " and " + directory).isEmpty();
        assertThat(bulks).allMatch(bulk -> bulk.leastDropped() > bulk.packets() * LEAST_DROPPED_PERCENT / 100);
    }

    private void play(Scene scene, Path place, AccuracyTable table, List<Bulk> bulks) throws Exception {
        Pidcap pidcap = new Pidcap(place);
        List<JsonNode> packets = new ArrayList<>();
        try (Conductor conductor = Conductor.start(scene.word(), place);
                StartedSessions sessions = new StartedSessions(pidcap)) {
            List<String> ids = new ArrayList<>();
            for (String way : WAYS) {
                ids.add(sessions.start(conductor.enter(), options(scene, place, way)));
            }
            conductor.go();
            Status.awaitEventsOfAllUntilNow(pidcap);
            for (String id : ids) {
                packets.add(sessions.stop(id).get("packets"));
            }
        }
        Truth truth = Truth.read(place.resolve("truth.json"));
        List<WirePacket> wire = wire(place);
        bulks.add(bulk(scene, packets.get(WAYS.indexOf("prefilter")), truth, wire));
        table.add(
                scene,
                truth,
                new Scores(truth, wire, WirePacket.read(output(place, "ebpf"))),
                new Scores(truth, wire, WirePacket.read(output(place, "prefilter"))),
                new Scores(truth, wire, WirePacket.read(output(place, "proc"))));
    }

    private static Bulk bulk(Scene scene, JsonNode packets, Truth truth, List<WirePacket> wire) {
        LossEquation.assertHolds(packets);
        return new Bulk(
                scene,
                truth.unwanted(wire, BULK),
                truth.unwanted(wire, ""),
                packets.get("skipped").get("by the prefilter").asLong());
    }

    private static List<String> options(Scene scene, Path place, String way) {
        List<String> options = new ArrayList<>(List.of(way.equals("prefilter") ? "--prefilter" : "--events=" + way));
        options.addAll(scene.selection(place));
        options.addAll(
                List.of("-i", scene.interfaces(), "-w", output(place, way).toString()));
        return options;
    }

    private static Path output(Path place, String way) {
        return place.resolve(way + ".pcapng");
    }

    private static List<WirePacket> wire(Path place) throws IOException, InterruptedException {
        List<WirePacket> wire = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place, "wire-*.pcap")) {
            for (Path file : files) {
                wire.addAll(WirePacket.read(file));
            }
        }
        return wire;
    }
}
