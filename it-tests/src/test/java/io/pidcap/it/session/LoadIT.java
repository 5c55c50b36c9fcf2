package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Flood;
import io.pidcap.it.support.Footprint;
import io.pidcap.it.support.LoadProgram;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.SpoolWatch;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tcpdump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Very much of one kind at once, of the target and of a bystander. The file has what the target says that it sent and
 * nothing of the bystander; memory and spool do not grow with the amount. A worker without memory would be restarted, which
 * a report shows; the coordinator has the heap that the launcher gives it.
 */
class LoadIT {
    private static final String NET = "net 127.233.0.0/16";
    private static final String SINK = "127.233.0.1";
    /** Of each test its own: ports of those that another has closed cannot be had again at once. */
    private static final AtomicInteger ADDRESSES = new AtomicInteger(1);

    private static final int MESSAGE_BYTES = 100;
    private static final String DATAGRAM = "udp";
    /** With data: each message is in one. */
    private static final String DATA = "tcp and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0";

    private static final int SEGMENT_BYTES = 1 << 16;

    /** By which it may grow while three times as much as before comes. */
    private static final long GROWTH_MEGABYTES = 64;

    /** One after the other at the pace of the traffic: the one that is written, those that are read, some to be deleted. */
    private static final int FEW_SEGMENTS = 200;

    @TempDir
    Path directory;

    private final String target = "127.233.0." + ADDRESSES.incrementAndGet();
    private final String bystander = "127.233.0." + ADDRESSES.incrementAndGet();
    private Path file;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        String heap = "-Dpidcap.jvm=-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms32m -Xmn6m -Xmx256m"
                + " -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=15 -XX:-ShrinkHeapInSteps";
        pidcap = new Pidcap(directory, "", List.of(heap, "-Dpidcap.spool.segmentBytes=" + SEGMENT_BYTES));
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.NETNS, Require.TCPDUMP, Require.CC, Require.EBPF);
        file = directory.resolve("out.pcapng");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    @Test
    void shouldHoldAFloodOfPackets() throws Exception {
        int sent = 60_000;
        try (Flood flood = Flood.start(directory, sent, MESSAGE_BYTES, 40_000)) {
            String id =
                    sessions.start(flood.inItsNetwork(), List.of("-n", Flood.NAME, "-i", "lo", "-w", file.toString()));
            try (SpoolWatch spool = new SpoolWatch(directory, id)) {
                flood.send();
                Footprint before = Footprint.of(pidcap);
                flood.send();
                flood.send();
                flood.send();
                assertNotGrown(before);
                assertFewSegments(spool);
            }
            JsonNode packets = report(id).get("packets");
            assertThat(packets.get("received").asLong()).isEqualTo(4L * sent);
            assertThat(packets.get("kept").asLong()).isEqualTo(Tcpdump.count(file, ""));
        }
    }

    @Test
    void shouldHoldAFloodOfConnections() throws Exception {
        int each = 2_000;
        try (LoadProgram sink = LoadProgram.start(directory, "it-sink", "sink", SINK)) {
            String port = sink.readNumbers().get(0).toString();
            String id = start();
            try (SpoolWatch spool = new SpoolWatch(directory, id);
                    LoadProgram wanted = LoadProgram.start(directory, "it-target", "connections", target, SINK, port);
                    LoadProgram other =
                            LoadProgram.start(directory, "it-bystander", "connections", bystander, SINK, port)) {
                long made = makeBoth(wanted, other, each).get(0);
                Footprint before = Footprint.of(pidcap);
                made += makeBoth(wanted, other, 3L * each).get(0);
                assertNotGrown(before);
                assertFewSegments(spool);
                Status.awaitEventsUntilNow(pidcap);
                JsonNode report = report(id);
                assertAll(report, DATA, made);
                assertNothingOfTheBystander();
            }
        }
    }

    @Test
    void shouldHoldAFloodOfProcesses() throws Exception {
        int each = 1_500;
        try (LoadProgram sink = LoadProgram.start(directory, "it-sink", "sink", SINK)) {
            String port = sink.readNumbers().get(0).toString();
            String id = start();
            try (SpoolWatch spool = new SpoolWatch(directory, id);
                    LoadProgram wanted = LoadProgram.start(directory, "it-target", "processes", target, SINK, port);
                    LoadProgram other =
                            LoadProgram.start(directory, "it-bystander", "processes", bystander, SINK, port)) {
                List<Long> first = makeBoth(wanted, other, each);
                Footprint before = Footprint.of(pidcap);
                List<Long> second = makeBoth(wanted, other, 3L * each);
                assertNotGrown(before);
                assertFewSegments(spool);
                Status.awaitEventsUntilNow(pidcap);
                JsonNode report = report(id);
                assertAll(report, DATAGRAM, first.get(0) + second.get(0));
                assertAll(report, DATA, first.get(1) + second.get(1));
                assertNothingOfTheBystander();
            }
        }
    }

    /** Every port of two addresses, of the target's and the bystander's, by UDP and then by TCP. */
    @Test
    void shouldHoldAsManyFlowsAsThereArePorts() throws Exception {
        long udp;
        long tcp;
        try (LoadProgram sink = LoadProgram.start(directory, "it-sink", "sink", SINK)) {
            String port = sink.readNumbers().get(0).toString();
            String id = start();
            try (LoadProgram wanted = LoadProgram.start(directory, "it-target", "flows", "udp", target, SINK, port);
                    LoadProgram other =
                            LoadProgram.start(directory, "it-bystander", "flows", "udp", bystander, SINK, port);
                    LoadProgram connections =
                            LoadProgram.start(directory, "it-target", "flows", "tcp", target, SINK, port)) {
                udp = makeBoth(wanted, other, 1).get(0);
                tcp = connections.make(1).get(0);
                assertThat(makeBoth(wanted, other, 1)).containsExactly(udp);
                assertThat(connections.make(1)).containsExactly(tcp);
                Status.awaitEventsUntilNow(pidcap);
            }
            JsonNode report = report(id);
            System.out.println(udp + " ports by UDP, " + tcp + " by TCP");
            assertThat(udp).isGreaterThan(50_000);
            assertThat(tcp).isGreaterThan(50_000);
            assertAll(report, DATAGRAM, udp);
            assertAll(report, DATA, tcp);
            assertNothingOfTheBystander();
        }
    }

    /**
     * A pid is had again and again, by target and bystander in turn: the last pid of all and the first behind it. No pid comes
     * again at once, since the kernel gives out all others first.
     */
    @Test
    void shouldTellApartProcessesThatHaveTheSamePid() throws Exception {
        int rounds = 40;
        Require.all(Require.PIDS);
        try (LoadProgram sink = LoadProgram.start(directory, "it-sink", "sink", SINK)) {
            String port = sink.readNumbers().get(0).toString();
            String id = start();
            try (LoadProgram pids = LoadProgram.start(
                    directory,
                    "it-pids",
                    "pids",
                    Integer.toString(rounds),
                    LoadProgram.executable(directory, "it-target"),
                    LoadProgram.executable(directory, "it-bystander"),
                    target,
                    bystander,
                    SINK,
                    port)) {
                long same = pids.make(1).get(0);
                Status.awaitEventsUntilNow(pidcap);
                System.out.println("the same two pids in " + same + " of " + rounds + " rounds");
                assertThat(same).isPositive();
            }
            JsonNode report = report(id);
            assertAll(report, DATAGRAM, 2L * rounds);
            assertNothingOfTheBystander();
        }
    }

    @Test
    void shouldRunTenSessionsAtOnce() throws Exception {
        int count = 10;
        int each = 300;
        List<LoadProgram> targets = new ArrayList<>();
        try (LoadProgram sink = LoadProgram.start(directory, "it-sink", "sink", SINK)) {
            String port = sink.readNumbers().get(0).toString();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ids.add(sessions.start(List.of(), options("it-target" + i, output(i))));
                targets.add(LoadProgram.start(directory, "it-target" + i, "connections", address(i), SINK, port));
            }
            for (LoadProgram target : targets) {
                target.begin(each);
            }
            for (LoadProgram target : targets) {
                assertThat(target.readNumbers()).containsExactly((long) each);
            }
            Status.awaitEventsOfAllUntilNow(pidcap);
            for (int i = 0; i < count; i++) {
                JsonNode unused = report(ids.get(i));
                assertThat(Tcpdump.count(output(i), DATA)).isEqualTo(each);
                assertThat(Tcpdump.count(output(i), "not host " + address(i))).isZero();
            }
        } finally {
            for (LoadProgram target : targets) {
                target.close();
            }
        }
    }

    private static String address(int session) {
        return "127.233.1." + (session + 1);
    }

    private Path output(int session) {
        return directory.resolve("out" + session + ".pcapng");
    }

    /** @return what the target says that it made */
    private static List<Long> makeBoth(LoadProgram wanted, LoadProgram other, long much) throws Exception {
        other.begin(much);
        List<Long> made = wanted.make(much);
        assertThat(other.readNumbers()).isEqualTo(made);
        return made;
    }

    private String start() throws Exception {
        return sessions.start(List.of(), options("it-target", file));
    }

    private static List<String> options(String name, Path output) {
        return List.of("-n", name, "-i", "lo", "-f", NET, "--events", "ebpf", "-w", output.toString());
    }

    /** Stops the session. */
    private JsonNode report(String id) throws Exception {
        JsonNode report = sessions.stop(id);
        assertThat(report.get("workerRuns")).hasSize(2);
        JsonNode packets = report.get("packets");
        LossEquation.assertHolds(packets);
        packets.get("dropped")
                .forEach(count -> assertThat(count.asLong()).as("%s", packets).isZero());
        Path log = directory.resolve("state/sessions").resolve(id).resolve("logs/coordinator.log");
        assertThat(Files.readString(log)).doesNotContain("OutOfMemoryError");
        return report;
    }

    private void assertNotGrown(Footprint before) throws Exception {
        Footprint after = Footprint.of(pidcap);
        System.out.println("resident MB: " + before + ", then " + after);
        assertThat(after.sum()).as("%s, then %s", before, after).isLessThan(before.sum() + GROWTH_MEGABYTES);
    }

    private static void assertFewSegments(SpoolWatch spool) {
        System.out.println("at most " + spool.mostSegments() + " segments at once, " + spool.mostBytes() + " bytes");
        assertThat(spool.mostSegments()).isPositive().isLessThan(FEW_SEGMENTS);
    }

    /** Where the kernel had no room for all events, a gap tells when, and what came then may be missing. */
    private void assertAll(JsonNode report, String filter, long made) throws Exception {
        long found = Tcpdump.count(file, "src host " + target + " and " + filter);
        long lost = report.at("/events/lost").asLong();
        System.out.println(found + " of " + made + " found, " + lost + " events lost");
        if (lost == 0) {
            assertThat(found).isEqualTo(made);
        } else {
            assertThat(report.get("gaps")).as("%d events lost", lost).isNotEmpty();
            assertThat(found).isPositive().isLessThanOrEqualTo(made);
        }
    }

    private void assertNothingOfTheBystander() throws Exception {
        assertThat(Tcpdump.count(file, "not host " + target)).isZero();
    }
}
