package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Recovered;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tcpdump;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Victim;
import io.pidcap.protocol.file.JournalReader;
import io.pidcap.protocol.v1.JournalRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A session whose journal was compacted several times and has forgotten thousands of connections of others. Its coordinator
 * is killed, and {@code recover} gives what tcpdump saw of the wanted process, whose connection is older than all that.
 */
class CompactedJournalIT {
    private static final String NET = "net 127.243.0.0/24";
    private static final String SERVER = "127.243.0.1";
    private static final String TARGET = "127.243.0.2";
    private static final String OTHER_SERVER = "127.243.1.1";
    private static final String BYSTANDER = "127.243.1.2";
    /** The tail of a connection, and what is added to it to be sure. */
    private static final long FORGOTTEN_AFTER_SECONDS = 75;

    private static final int COMPACTIONS = 3;

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory, "", List.of("-Dpidcap.spool.segmentBytes=65536", "-Dpidcap.journal.bytes=4096"));
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    @Test
    void shouldRecoverFromAJournalThatWasCompacted() throws Exception {
        Path file = directory.resolve("out.pcapng");
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram other = TrafficProgram.start(directory, "it-other", "tcp-server", OTHER_SERVER)) {
            String port = Integer.toString(echo.readPort());
            String otherPort = Integer.toString(other.readPort());
            String id =
                    sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString()));
            Path journal = directory.resolve("state/sessions").resolve(id).resolve("journal");
            try (TrafficProgram target = client("it-target", TARGET, SERVER, port);
                    TrafficProgram bystander = client("it-bystander", BYSTANDER, OTHER_SERVER, otherPort)) {
                target.tell("open");
                target.tell("send 5 1000");
                bystander.tell("once 2000");
                long burst = System.nanoTime();
                Await.until("the tails of these connections are over", 2 * FORGOTTEN_AFTER_SECONDS, () -> {
                    target.tell("send 1 10");
                    return System.nanoTime() - burst > TimeUnit.SECONDS.toNanos(FORGOTTEN_AFTER_SECONDS);
                });
                Set<Integer> compacted = new TreeSet<>();
                Await.until("the journal was compacted and compacted again", 120, () -> {
                    bystander.tell("once 20");
                    target.tell("send 1 1000");
                    compacted.add(compactedThrough(journal));
                    return compacted.size() > COMPACTIONS;
                });
                assertThat(leftOutEvents(journal)).isGreaterThan(4 * 2000);
                target.tell("once 3");
                target.tell("send 5 500");
                Status.awaitEventsUntilNow(pidcap);
                Await.until(
                        "the session has all packets",
                        () -> Status.onlySession(pidcap).at("/packets/received").asLong()
                                == reference.fields("", "frame.number").size());
                Victim.of(pidcap, directory).killCoordinator();
            }
            JsonNode report = Recovered.report(pidcap);
            List<String> expected = Recovered.packets(reference, TARGET);
            List<String> actual = Recovered.packets(file);
            assertThat(actual.size()).isGreaterThan(100);
            assertThat(actual).isEqualTo(expected.subList(0, actual.size()));
            assertThat(report.at("/packets/kept").asLong()).isEqualTo(actual.size());
            assertThat(report.at("/events/received").asLong()).isGreaterThan(4 * 2000);
            assertThat(report.at("/events/missingMessages").asLong()).isZero();
            Recovered.assertEquation(report);
            assertThat(filesOf(journal)).isEmpty();
        }
    }

    private TrafficProgram client(String name, String address, String server, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", "tcp", address, server, port);
    }

    private static int compactedThrough(Path journal) throws IOException {
        try (JournalReader reader = JournalReader.open(journal)) {
            reader.next();
            JournalRecord second = reader.next();
            return second == null ? 0 : second.getCompacted().getThroughPart();
        }
    }

    private static long leftOutEvents(Path journal) throws IOException {
        long events = 0;
        try (JournalReader reader = JournalReader.open(journal)) {
            for (JournalRecord one = reader.next(); one != null; one = reader.next()) {
                events += one.getLeftOut().getEvents();
            }
        }
        return events;
    }

    private static List<Path> filesOf(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal.getParent())) {
            return files.filter(file -> file.getFileName().toString().startsWith("journal"))
                    .toList();
        }
    }
}
