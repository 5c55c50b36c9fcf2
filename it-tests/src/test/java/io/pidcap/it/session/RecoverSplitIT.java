package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Assassin;
import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Recovered;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tcpdump;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Victim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The coordinator is killed, and so, in some cases, is the first recovery. Afterwards the file of each process holds its
 * packets as tcpdump saw them, each once, as after a stop at that time.
 */
class RecoverSplitIT {
    private static final String NET = "net 127.236.0.0/16";
    private static final String SERVER = "127.236.0.1";
    private static final String FIRST = "127.236.0.2";
    private static final String SECOND = "127.236.0.3";
    /** Of a process that came after the last segment was filtered. */
    private static final String LATE = "127.236.0.4";

    private static final int SIGKILL_STATUS = 137;

    @TempDir
    Path directory;

    private Path files;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() throws IOException {
        files = Files.createDirectory(directory.resolve("files"));
        pidcap = new Pidcap(directory, "", List.of("-Dpidcap.spool.segmentBytes=65536"));
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    /** Columns: options, and the class before whose first use the first recovery is killed: before files are closed, or when
     * the first of them has its name. */
    @ParameterizedTest
    @CsvSource({
        "--split -w a.pcapng, ''",
        "--split -w a.pcap, ''",
        "--split --keep-all -w a.pcapng, io/pidcap/protocol/file/InterfaceStatistics",
        "--split -w a.pcapng, io/pidcap/protocol/file/InterfaceStatistics",
        "--split -w a.pcap, io/pidcap/coordinator/output/OutputReport$Part",
        "-w a.pcapng, io/pidcap/protocol/file/InterfaceStatistics",
    })
    void shouldGiveEachPacketOnce(String options, String moment) throws Exception {
        boolean split = options.contains("--split");
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            String id = start(options);
            int sent;
            try (TrafficProgram first = client("it-first", FIRST, port);
                    TrafficProgram second = client("it-second", SECOND, port);
                    TrafficProgram late = client("it-late", LATE, port)) {
                first.tell("open");
                second.tell("open");
                Await.until("two segments are filtered", () -> {
                    first.tell("send 5 3000");
                    second.tell("send 3 3000");
                    return segmentsBehind(id, options.contains("--keep-all")) >= 2;
                });
                late.tell("open");
                late.tell("send 3 500");
                first.tell("send 2 700");
                Status.awaitEventsUntilNow(pidcap);
                awaitAllSeen(reference);
                sent = reference.fields("", "frame.number").size();
                Victim.of(pidcap, directory).killCoordinator();
            }
            if (!moment.isEmpty()) {
                killRecovery(moment);
            }
            JsonNode report = Recovered.report(pidcap);
            List<String> addresses = split ? List.of(FIRST, SECOND, LATE) : List.of(FIRST);
            int inFiles = 0;
            for (String address : addresses) {
                List<String> expected = Recovered.packets(reference, address);
                List<String> actual = Recovered.packets(fileOf(address, options));
                assertThat(actual).as(address).hasSizeGreaterThan(6);
                assertThat(actual).as(address).isEqualTo(expected.subList(0, actual.size()));
                inFiles += actual.size();
            }
            assertThat(report.at("/packets/kept").asInt()).isEqualTo(inFiles);
            assertThat(!split || inFiles >= sent).isTrue();
            Recovered.assertEquation(report);
            if (split) {
                assertThat(report.at("/output/files")).hasSize(addresses.size());
            }
            assertNothingUnfinished();
        }
    }

    private void killRecovery(String moment) throws Exception {
        Pidcap victim = new Pidcap(directory, "", List.of(Assassin.jvmOption(directory, moment)));
        Pidcap.Result killed = victim.run("recover");
        assertThat(killed.exitCode()).as(killed.out() + killed.err()).isEqualTo(SIGKILL_STATUS);
        try (Stream<Path> all = Files.list(files)) {
            boolean someNamed = all.anyMatch(path -> !path.toString().endsWith(".part"));
            assertThat(someNamed).isEqualTo(moment.contains("OutputReport"));
        }
    }

    private String start(String options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-n", "it-first", "-i", "lo", "-f", NET));
        if (options.contains("--split")) {
            all.addAll(List.of("-n", "it-second", "-n", "it-late"));
        }
        Arrays.stream(options.split(" "))
                .map(word -> word.startsWith("a") ? files.resolve(word).toString() : word)
                .forEach(all::add);
        return sessions.start(List.of(), all);
    }

    private Path fileOf(String address, String options) {
        String suffix = options.endsWith("pcapng") ? ".pcapng" : ".pcap";
        String name = switch (address) {
            case FIRST -> "-it-first";
            case SECOND -> "-it-second";
            default -> "-it-late";
        };
        return files.resolve("a" + (options.contains("--split") ? name : "") + suffix);
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

    private int segmentsBehind(String id, boolean keepAll) throws IOException {
        Path spool = directory.resolve("state/sessions").resolve(id).resolve("spool");
        try (Stream<Path> all = Files.list(spool)) {
            List<Path> left = all.sorted().toList();
            if (left.isEmpty()) {
                return 0;
            }
            Path one = left.get(keepAll ? left.size() - 1 : 0);
            return Integer.parseInt(one.getFileName().toString().replaceAll(".*-|[.]pcap", "")) - 1;
        }
    }

    private void assertNothingUnfinished() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            assertThat(all.map(Path::toString).filter(path -> path.endsWith(".part") || path.contains("/recovery-")))
                    .isEmpty();
        }
    }
}
