package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.CarelessParent;
import io.pidcap.it.support.FrozenProcesses;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Recovered;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tcpdump;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The coordinator is killed. Its workers end by themselves and leave nothing; {@code pidcap recover} then gives each packet
 * of the wanted process once and none of the bystander's, compared with what tcpdump saw.
 */
class RecoverIT {
    private static final String NET = "net 127.221.0.0/16";
    private static final String SERVER = "127.221.0.1";
    private static final String TARGET = "127.221.0.2";
    private static final String BYSTANDER = "127.221.0.3";

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;
    private final FrozenProcesses frozen = new FrozenProcesses();

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory, "", List.of("-Dpidcap.spool.segmentBytes=65536"));
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        frozen.thawAll();
        sessions.close();
    }

    @ParameterizedTest
    @CsvSource({"pcapng, lo, false", "pcap, lo, false", "pcapng, lo, true"})
    void shouldGiveEachPacketOnceAfterSomeSegmentsWereFiltered(String suffix, String interfaceName, boolean keepAll)
            throws Exception {
        Path file = directory.resolve("out." + suffix);
        List<String> options = new ArrayList<>(List.of("-n", "it-target", "-i", interfaceName, "-f", NET));
        options.addAll(List.of("-w", file.toString()));
        if (keepAll) {
            options.add("--keep-all");
        }
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), interfaceName, NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            String id = sessions.start(List.of(), options);
            try (TrafficProgram target = client("it-target", TARGET, port);
                    TrafficProgram bystander = client("it-bystander", BYSTANDER, port)) {
                target.tell("open");
                bystander.tell("open");
                Await.until("two segments are filtered and another has begun", () -> {
                    target.tell("send 5 3000");
                    bystander.tell("send 5 3000");
                    return segmentsBehind(id, keepAll) >= 2;
                });
                target.tell("once 3");
                target.tell("send 7 777");
                Status.awaitEventsUntilNow(pidcap);
                awaitAllSeen(reference);
                Victim victim = Victim.of(pidcap, directory);
                victim.killCoordinator();
            }
            assertStale(id, file);
            int before = Tshark.fields(directory.resolve("reference.pcap"), "ip.addr==" + TARGET, "ip.id")
                    .size();
            assertRecovered(Recovered.report(pidcap), file, reference, before);
            if (!keepAll) {
                assertNothingLeft();
            }
        }
        Pidcap.Result again = pidcap.run("recover", "--json");
        assertThat(again.exitCode()).as(again.err()).isEqualTo(4);
    }

    /** What was written after the coordinator's last sign of life, in segments that it never heard of. */
    @Test
    void shouldFindWhatTheCoordinatorWasNotToldOfAndTornRecords() throws Exception {
        Path file = directory.resolve("out.pcapng");
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            String id =
                    sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString()));
            int sent;
            try (TrafficProgram target = client("it-target", TARGET, port);
                    TrafficProgram bystander = client("it-bystander", BYSTANDER, port)) {
                target.tell("open");
                bystander.tell("open");
                target.tell("send 10 1000");
                Status.awaitEventsUntilNow(pidcap);
                Victim victim = Victim.of(pidcap, directory);
                frozen.freeze(victim.coordinator());
                Await.until("several segments that it knows nothing of", () -> {
                    target.tell("send 10 3000");
                    bystander.tell("send 10 3000");
                    return spool(id).size() >= 3;
                });
                sent = reference.fields("ip.addr==" + TARGET, "ip.id").size();
                victim.killCoordinator();
            }
            List<Path> segments = spool(id);
            Path last = segments.get(segments.size() - 1);
            tear(last, 3);
            Path journal = sessionDirectory(id).resolve("journal");
            tear(journal, 5);
            JsonNode report = Recovered.report(pidcap);
            assertThat(report.get("endNotes").toString()).contains("torn");
            // The end of the connection came after the freeze, and its last record was cut by three bytes.
            List<String> expected = Recovered.packets(reference, TARGET);
            List<String> actual = Recovered.packets(file);
            assertThat(actual.size()).isGreaterThan(20).isGreaterThanOrEqualTo(sent - 1);
            assertThat(actual).isEqualTo(expected.subList(0, actual.size()));
            assertEquation(report, actual.size());
        }
    }

    @Test
    void shouldSayThatNothingWasCapturedWhenItDiedBeforeItWasReady() throws Exception {
        Path file = directory.resolve("out.pcapng");
        Pidcap.Running starting = pidcap.start("start", "-n", "it-target", "-i", "lo", "-w", file.toString());
        Await.until("the session begins", () -> !sessionMarks().isEmpty());
        JsonNode mark = Status.parse(Files.readString(sessionMarks().get(0)));
        Victim.signal(mark.get("pid").asLong(), "KILL");
        assertThat(mark.get("state").asString()).isEqualTo("starting");
        assertThat(starting.await().exitCode()).isNotZero();
        Await.until(
                "no process of it is left",
                () -> processesWith(directory.resolve("state").toString()).isEmpty());
        assertStale(mark.get("id").asString(), file);
        Pidcap.Result recovered = pidcap.run("recover");
        assertThat(recovered.exitCode()).as(recovered.err()).isEqualTo(1);
        assertThat(recovered.err()).contains("before it was ready").doesNotContain("\tat ");
        assertThat(file).doesNotExist();
        assertNothingLeft();
        assertThat(pidcap.run("status").out()).contains("no session is running");
    }

    /** The capture-worker has told all, and the event-worker, which hangs, not yet. */
    @Test
    void shouldCompleteWhatWasStoppingAlready() throws Exception {
        Path file = directory.resolve("out.pcapng");
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            String id =
                    sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString()));
            int sent;
            try (TrafficProgram target = client("it-target", TARGET, port);
                    TrafficProgram bystander = client("it-bystander", BYSTANDER, port)) {
                target.tell("open");
                bystander.tell("open");
                target.tell("send 40 3000");
                bystander.tell("send 40 3000");
                Status.awaitEventsUntilNow(pidcap);
                awaitAllSeen(reference);
                sent = reference.fields("ip.addr==" + TARGET, "ip.id").size();
                Victim victim = Victim.of(pidcap, directory);
                long events = Victim.worker(pidcap, "events");
                frozen.freeze(events);
                Pidcap.Running stop = pidcap.start("stop", id);
                Await.until(
                        "it is stopping",
                        () -> Files.readString(sessionMarks().get(0)).contains("\"stopping\""));
                victim.killCoordinatorAlone();
                frozen.thaw(events);
                assertThat(stop.await().exitCode()).isNotZero();
                victim.awaitWorkersGone();
            }
            assertRecovered(Recovered.report(pidcap), file, reference, sent);
            assertNothingLeft();
        }
    }

    /** The output has its name, and the workers' processes are still ending. */
    @Test
    void shouldLeaveAloneAnOutputThatWasComplete() throws Exception {
        boolean died = false;
        for (int attempt = 1; attempt <= 10 && !died; attempt++) {
            Path file = directory.resolve("out" + attempt + ".pcapng");
            String id;
            try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
                String port = Integer.toString(echo.readPort());
                id = sessions.start(
                        List.of(), List.of("-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString()));
                try (TrafficProgram target = client("it-target", TARGET, port)) {
                    target.tell("open");
                    target.tell("send 40 3000");
                    Status.awaitEventsUntilNow(pidcap);
                }
            }
            Victim victim = Victim.of(pidcap, directory);
            ProcessHandle coordinator = ProcessHandle.of(victim.coordinator()).orElseThrow();
            Pidcap.Running stop = pidcap.start("stop", id);
            while (!Files.exists(file) && coordinator.isAlive()) {
                Thread.onSpinWait();
            }
            coordinator.destroyForcibly();
            stop.await();
            victim.awaitWorkersGone();
            died = pidcap.run("status").out().contains("pidcap recover " + id);
            if (died) {
                byte[] complete = Files.readAllBytes(file);
                JsonNode report = Recovered.report(pidcap);
                assertThat(file).hasBinaryContent(complete);
                assertEquation(report, Tshark.count(file, ""));
                assertThat(report.at("/output/path").asString()).isEqualTo(file.toString());
                assertNothingLeft();
            }
        }
        assertThat(died)
                .as("died between the completion of the output and its own end")
                .isTrue();
    }

    @Test
    void shouldKillAWorkerThatHangs() throws Exception {
        Path file = directory.resolve("out.pcapng");
        sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-w", file.toString()));
        Victim victim = Victim.of(pidcap, directory);
        long events = Victim.worker(pidcap, "events");
        frozen.freeze(events);
        victim.killCoordinatorAlone();
        JsonNode report = Recovered.report(pidcap);
        assertThat(report.get("endNotes").toString()).contains("event-worker (pid " + events + ")", "was killed");
        victim.awaitWorkersGone();
    }

    /** As where the first process of a container waits for nobody. */
    @Test
    void shouldKnowThatAZombieIsDead() throws Exception {
        Path file = directory.resolve("out.pcapng");
        String[] command = {"start", "-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString()};
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                CarelessParent parent = CarelessParent.start(pidcap, directory, command)) {
            String port = Integer.toString(echo.readPort());
            String id = parent.awaitLine();
            Victim victim = Victim.of(pidcap, directory);
            List<Long> workers = List.of(Victim.worker(pidcap, "capture"), Victim.worker(pidcap, "events"));
            try (TrafficProgram target = client("it-target", TARGET, port)) {
                target.tell("open");
                target.tell("send 20 1000");
                Status.awaitEventsUntilNow(pidcap);
            }
            Victim.signal(victim.coordinator(), "KILL");
            for (long pid : workers) {
                Await.until("the worker " + pid + " is a zombie", () -> CarelessParent.isZombie(pid));
            }
            assertThat(CarelessParent.isZombie(victim.coordinator())).isTrue();
            assertStale(id, file);
            JsonNode report = Recovered.report(pidcap);
            assertThat(report.get("endNotes").toString()).doesNotContain("was killed");
            assertEquation(report, Recovered.packets(file).size());
            assertThat(Recovered.packets(file)).hasSizeGreaterThan(40);
            assertNothingLeft();
        }
    }

    private void assertStale(String id, Path file) throws Exception {
        assertThat(pidcap.run("status").out()).contains(id, "died", "pidcap recover " + id, file.toString());
        assertThat(file).doesNotExist();
        Path other = directory.resolve("other.pcapng");
        Pidcap.Result started = pidcap.run("start", "-n", "nobody", "-i", "lo", "-w", other.toString());
        assertThat(started.err()).contains("pidcap recover " + id);
        sessions.stop(started.out().strip());
        Pidcap.Result captured = pidcap.run(
                "capture", "-n", "nobody", "-i", "lo", "--duration", "1ms", "--force", "-w", other.toString());
        assertThat(captured.err()).contains("pidcap recover " + id);
        Pidcap.Result run = pidcap.run("run", "-i", "lo", "--force", "-w", other.toString(), "--", "true");
        assertThat(run.err()).contains("pidcap recover " + id);
    }

    /** @param sent packets of the target that were there when the coordinator was killed */
    private static void assertRecovered(JsonNode report, Path file, Tcpdump reference, int sent) throws Exception {
        List<String> expected = Recovered.packets(reference, TARGET);
        List<String> actual = Recovered.packets(file);
        assertThat(actual.size()).isGreaterThan(20).isGreaterThanOrEqualTo(Math.min(sent, expected.size()));
        assertThat(actual).isEqualTo(expected.subList(0, actual.size()));
        assertEquation(report, actual.size());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    private static void assertEquation(JsonNode report, long packetsInFile) {
        assertThat(report.get("state").asString()).isEqualTo("recovered");
        assertThat(report.get("workerRuns")).hasSize(2);
        assertThat(report.at("/packets/kept").asLong()).isEqualTo(packetsInFile);
        Recovered.assertEquation(report);
    }

    private TrafficProgram client(String name, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER, port);
    }

    /** Until each packet that tcpdump saw has reached the session; nothing is sent meanwhile. */
    private void awaitAllSeen(Tcpdump reference) {
        Await.until("the session has all packets", () -> {
            long received = Status.onlySession(pidcap).at("/packets/received").asLong();
            return received == reference.fields("", "frame.number").size();
        });
    }

    private Path sessionDirectory(String id) {
        return directory.resolve("state/sessions").resolve(id);
    }

    private List<Path> sessionMarks() throws IOException {
        Path all = directory.resolve("state/sessions");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(all)) {
            return found.map(one -> one.resolve("session.json"))
                    .filter(Files::exists)
                    .toList();
        }
    }

    private List<Path> spool(String id) throws IOException {
        try (Stream<Path> files = Files.list(sessionDirectory(id).resolve("spool"))) {
            return files.sorted().toList();
        }
    }

    private int segmentsBehind(String id, boolean keepAll) throws IOException {
        List<Path> left = spool(id);
        if (left.isEmpty()) {
            return 0;
        }
        Path first = left.get(keepAll ? left.size() - 1 : 0);
        String digits = first.getFileName().toString().replaceAll(".*-|[.]pcap", "");
        return Integer.parseInt(digits) - 1;
    }

    private static void tear(Path file, int bytes) throws IOException {
        try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - bytes);
        }
    }

    private static List<Long> processesWith(String text) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> Arrays.toString(arguments).contains(text))
                        .orElse(false))
                .map(ProcessHandle::pid)
                .toList();
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.walk(directory.resolve("state"))) {
            assertThat(left.map(Path::toString)
                            .filter(p -> p.endsWith(".sock")
                                    || p.endsWith(".pcap")
                                    || p.endsWith("journal")
                                    || p.endsWith(".lock")))
                    .isEmpty();
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(Path::toString).filter(p -> p.endsWith(".part")))
                    .isEmpty();
        }
    }
}
