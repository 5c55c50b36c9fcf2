package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.FrozenProcesses;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Recovered;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Tcpdump;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The coordinator of a session that writes one file after the other is killed: the files that were complete stay as they
 * are, and {@code pidcap recover} completes the last one. Together they hold each packet of the wanted process once, in the
 * order in which tcpdump saw them.
 */
class RecoverRotationIT {
    private static final String NET = "net 127.224.0.0/16";
    private static final String SERVER = "127.224.0.1";
    private static final String TARGET = "127.224.0.2";
    private static final String BYSTANDER = "127.224.0.3";

    @TempDir
    Path directory;

    private Path files;
    private Pidcap pidcap;
    private StartedSessions sessions;
    private final FrozenProcesses frozen = new FrozenProcesses();

    @BeforeEach
    void needs() throws IOException {
        files = Files.createDirectory(directory.resolve("files"));
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
    @ValueSource(
            strings = {
                "-C 30K -w a.pcapng",
                "-C 30K -w a.pcap",
                "-C 300K -w a.pcapng --keep-all",
                "-C 30K -W 4 -w a.pcap",
                "-G 1 -w a-%s.pcapng",
                "-C 30K -c 700 -w a.pcapng",
            })
    void shouldLeaveWhatWasCompleteAndCompleteTheLast(String options) throws Exception {
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            start(options);
            Map<Path, byte[]> complete;
            try (TrafficProgram target = client("it-target", TARGET, port);
                    TrafficProgram bystander = client("it-bystander", BYSTANDER, port)) {
                target.tell("open");
                bystander.tell("open");
                Await.until("three files are complete", () -> {
                    target.tell("send 5 3000");
                    bystander.tell("send 5 3000");
                    return named().size() >= 3;
                });
                Victim victim = Victim.of(pidcap, directory);
                frozen.freeze(victim.coordinator());
                target.tell("send 20 3000");
                victim.killCoordinator();
                complete = complete();
            }
            JsonNode report = Recovered.report(pidcap);
            complete.forEach((path, bytes) -> assertThat(path).hasBinaryContent(bytes));
            assertTogether(report, reference, options.contains("-W") ? 100 : 0);
        }
    }

    /** No packet came after its time: there is none to go on with. */
    @Test
    void shouldBeginAnotherWhereTheLastWasComplete() throws Exception {
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            start("-G 1 -w a-%s.pcapng");
            Map<Path, byte[]> complete;
            try (TrafficProgram target = client("it-target", TARGET, port)) {
                target.tell("open");
                target.tell("send 20 3000");
                Await.until("all files are complete", () -> {
                    Map<Path, byte[]> named = named();
                    return !named.isEmpty() && named.size() == all().size() && packets(named) > 20;
                });
                Victim victim = Victim.of(pidcap, directory);
                frozen.freeze(victim.coordinator());
                target.tell("send 20 3000");
                victim.killCoordinator();
                complete = complete();
            }
            JsonNode report = Recovered.report(pidcap);
            complete.forEach((path, bytes) -> assertThat(path).hasBinaryContent(bytes));
            assertThat(named()).hasSize(complete.size() + 1);
            assertTogether(report, reference, 0);
        }
    }

    private static long packets(Map<Path, byte[]> all) throws Exception {
        long packets = 0;
        for (Path file : all.keySet()) {
            packets += Tshark.count(file, "");
        }
        return packets;
    }

    private void start(String options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-n", "it-target", "-i", "lo", "-f", NET));
        Arrays.stream(options.split(" "))
                .map(word -> word.startsWith("a") ? files.resolve(word).toString() : word)
                .forEach(all::add);
        String unused = sessions.start(List.of(), all);
    }

    /** @param atLeastGone packets in files that newer ones have replaced */
    private void assertTogether(JsonNode report, Tcpdump reference, int atLeastGone) throws Exception {
        List<String> rows = new ArrayList<>();
        for (JsonNode file : report.at("/output/files")) {
            Path path = Path.of(file.get("path").asString());
            List<String> own = Recovered.packets(path);
            assertThat(own).as("%s", path).hasSize(file.get("packets").asInt());
            assertThat(Files.size(path)).isEqualTo(file.get("bytes").asLong());
            rows.addAll(own);
        }
        assertThat(report.at("/output/files")).hasSize(all().size());
        assertThat(all()).hasSameSizeAs(named().keySet());
        int kept = report.at("/packets/kept").asInt();
        assertThat(kept - rows.size()).isGreaterThanOrEqualTo(atLeastGone);
        List<String> expected = Recovered.packets(reference, TARGET);
        assertThat(rows).isEqualTo(expected.subList(kept - rows.size(), kept));
        assertThat(atLeastGone > 0 || kept == rows.size()).isTrue();
        Recovered.assertEquation(report);
    }

    private TrafficProgram client(String name, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER, port);
    }

    /** The files that are complete, with what is in them. */
    private Map<Path, byte[]> named() throws IOException {
        Map<Path, byte[]> named = new TreeMap<>();
        for (Path file : all()) {
            if (!file.toString().endsWith(".part")) {
                named.put(file, Files.readAllBytes(file));
            }
        }
        return named;
    }

    /** Without what is written anew: in a ring the oldest is replaced by the last. */
    private Map<Path, byte[]> complete() throws IOException {
        Map<Path, byte[]> complete = named();
        complete.keySet().removeIf(file -> Files.exists(Path.of(file + ".part")));
        return complete;
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> found = Files.list(files)) {
            return found.sorted().toList();
        }
    }
}
