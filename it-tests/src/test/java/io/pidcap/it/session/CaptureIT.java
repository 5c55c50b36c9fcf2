package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A target and a bystander do the same on one interface; each has an address of its own, by which tshark judges. */
class CaptureIT {
    @TempDir
    Path directory;

    private Pidcap pidcap;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        pidcap = new Pidcap(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp, 127.8.0.1, 127.8.0.2, 127.8.0.3, pcapng",
        "udp, 127.8.0.1, 127.8.0.2, 127.8.0.3, pcapng",
        "udp-unconnected, 127.8.0.1, 127.8.0.2, 127.8.0.3, pcap",
        "tcp, ::1, ::1, ::1, pcap",
        "udp, ::1, ::1, ::1, pcapng"
    })
    void shouldKeepEveryPacketOfTheNamedProcessAndNoOther(
            String kind, String serverAddress, String targetAddress, String bystanderAddress, String suffix)
            throws Exception {
        Path file = directory.resolve("out." + suffix);
        String server = kind.equals("tcp") ? "tcp-server" : "udp-server";
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", server, serverAddress)) {
            String port = Integer.toString(echo.readPort());
            String id = start("-n", "it-target", "-i", "lo", "-w", file.toString());
            int targetPort;
            int bystanderPort;
            try (TrafficProgram target = TrafficProgram.start(
                            directory, "it-target", "client", kind, targetAddress, serverAddress, port);
                    TrafficProgram bystander = TrafficProgram.start(
                            directory, "it-bystander", "client", kind, bystanderAddress, serverAddress, port)) {
                targetPort = TrafficProgram.portOf(target.tell("open"));
                bystanderPort = TrafficProgram.portOf(bystander.tell("open"));
                target.tell("send 50 700");
                bystander.tell("send 50 700");
                Status.awaitEventsUntilNow(pidcap);
                target.tell("close");
                bystander.tell("close");
            }
            Pidcap.Result stopped = pidcap.run("stop", id, "--json");
            assertThat(stopped.exitCode()).as(stopped.err()).isZero();
            assertThat(echo.pid()).isPositive();

            String portField = kind.equals("tcp") ? "tcp.port" : "udp.port";
            assertThat(Tshark.count(file, portField + "!=" + port)).isZero();
            assertThat(Tshark.count(file, portField + "==" + bystanderPort)).isZero();
            assertThat(Tshark.count(file, "!(" + portField + "==" + targetPort + ")"))
                    .isZero();
            String lengthField = kind.equals("tcp") ? "tcp.len" : "udp.length";
            long payload = Tshark.fields(file, portField + "==" + targetPort, lengthField).stream()
                    .mapToLong(Long::parseLong)
                    .map(length -> kind.equals("tcp") ? length : length - 8)
                    .sum();
            assertThat(payload)
                    .as("payload bytes of 50 messages and their echoes")
                    .isEqualTo(2 * 50 * 700);
            if (kind.equals("tcp")) {
                assertThat(Tshark.count(file, "tcp.flags.syn==1")).isEqualTo(2);
                assertThat(Tshark.count(file, "tcp.flags.fin==1")).isEqualTo(2);
            }
            assertBalanced(Status.parse(stopped.out()), Tshark.count(file, ""));
        }
    }

    @Test
    void shouldKeepFlowsThatWereOpenBeforeTheStart() throws Exception {
        Path file = directory.resolve("open.pcapng");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", "127.8.1.1")) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", "127.8.1.2", "127.8.1.1", port)) {
                target.tell("open");
                String id = start("-p", Long.toString(target.pid()), "-i", "lo", "-w", file.toString());
                target.tell("send 10 500");
                assertThat(pidcap.run("stop", id).exitCode()).isZero();
                assertThat(payload(file, "tcp.len")).isEqualTo(2 * 10 * 500);
            }
        }
    }

    @Test
    void shouldKeepAServersSideByItsName() throws Exception {
        Path file = directory.resolve("server.pcapng");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", "127.8.1.1");
                TrafficProgram other = TrafficProgram.start(directory, "it-other", "tcp-server", "127.8.1.1")) {
            String port = Integer.toString(echo.readPort());
            String otherPort = Integer.toString(other.readPort());
            String id = start("-n", "it-echo", "-i", "lo", "-w", file.toString());
            try (TrafficProgram one = TrafficProgram.start(
                            directory, "it-client", "client", "tcp", "127.8.1.2", "127.8.1.1", port);
                    TrafficProgram two = TrafficProgram.start(
                            directory, "it-client", "client", "tcp", "127.8.1.3", "127.8.1.1", otherPort)) {
                one.tell("open");
                two.tell("open");
                one.tell("send 10 500");
                two.tell("send 10 500");
            }
            assertThat(pidcap.run("stop", id).exitCode()).isZero();
            assertThat(payload(file, "tcp.len")).isEqualTo(2 * 10 * 500);
            assertThat(Tshark.count(file, "ip.addr==127.8.1.3")).isZero();
        }
    }

    @Test
    void shouldRestartEitherWorkerWhileTheOtherRunsOnAndRecordTheGap() throws Exception {
        Path file = directory.resolve("restarted.pcapng");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", "127.8.2.1")) {
            String port = Integer.toString(echo.readPort());
            String id = start("-n", "it-target", "-i", "lo", "-w", file.toString());
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", "127.8.2.2", "127.8.2.1", port)) {
                target.tell("open");
                target.tell("send 10 100");
                Status.awaitEventsUntilNow(pidcap);
                assertThat(pidcap.run("restart", id, "events").exitCode()).isZero();
                target.tell("send 10 200");
                assertThat(pidcap.run("restart", id, "capture").exitCode()).isZero();
                target.tell("send 10 300");
            }
            Pidcap.Result stopped = pidcap.run("stop", id, "--json");
            assertThat(stopped.exitCode()).as(stopped.err()).isZero();
            assertThat(payload(file, "tcp.len")).isEqualTo(2 * 10 * (100 + 200 + 300));
            JsonNode report = Status.parse(stopped.out());
            assertThat(report.get("workerRuns").size()).isEqualTo(4);
            assertThat(report.get("gaps").size()).isEqualTo(2);
        }
    }

    @Test
    void shouldLeaveNeitherSpoolNorSocketsNorWorkersBehind() throws Exception {
        Path file = directory.resolve("clean.pcapng");
        String id = start("-n", "nobody-has-this-name", "-i", "lo", "-w", file.toString());
        JsonNode runs = Status.onlySession(pidcap).get("workerRuns");
        List<Long> pids =
                Stream.of(0, 1).map(i -> runs.get(i).get("pid").asLong()).toList();
        assertThat(pidcap.run("stop", id).exitCode()).isZero();
        for (long pid : pids) {
            Await.until("worker " + pid + " is gone", () -> !Files.exists(Path.of("/proc", Long.toString(pid))));
        }
        try (Stream<Path> left = Files.walk(directory.resolve("state"))) {
            assertThat(left.map(Path::toString).filter(p -> p.endsWith(".sock") || p.endsWith(".pcap")))
                    .isEmpty();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Tshark.count(file, "")).isZero();
    }

    @Test
    void shouldEndInTheForegroundOnSigtermWithACompleteFile() throws Exception {
        Path file = directory.resolve("term.pcapng");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", "127.8.3.1")) {
            String port = Integer.toString(echo.readPort());
            Pidcap.Running capture = pidcap.start("capture", "-n", "it-target", "-i", "lo", "-w", file.toString());
            Await.until("the session is ready", () -> {
                Pidcap.Result status = pidcap.run("status", "--json");
                return status.out().contains("\"capturing\"")
                        || !capture.process().isAlive();
            });
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", "127.8.3.2", "127.8.3.1", port)) {
                target.tell("open");
                target.tell("send 20 400");
                Status.awaitEventsUntilNow(pidcap);
            }
            capture.process().destroy();
            Pidcap.Result result = capture.await();
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(payload(file, "tcp.len")).isEqualTo(2 * 20 * 400);
        }
    }

    private String start(String... arguments) throws Exception {
        Pidcap.Result started = pidcap.run(
                Stream.concat(Stream.of("start"), Stream.of(arguments)).toArray(String[]::new));
        assertThat(started.exitCode()).as(started.err()).isZero();
        return started.out().strip();
    }

    private static long payload(Path file, String lengthField) throws Exception {
        return Tshark.fields(file, "", lengthField).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static void assertBalanced(JsonNode report, long packetsInFile) {
        JsonNode packets = report.get("packets");
        long skipped = 0;
        for (JsonNode count : packets.get("skipped")) {
            skipped += count.asLong();
        }
        long dropped = 0;
        for (JsonNode count : packets.get("dropped")) {
            dropped += count.asLong();
        }
        assertThat(packets.get("kept").asLong()).isEqualTo(packetsInFile);
        assertThat(packets.get("received").asLong())
                .isEqualTo(packets.get("kept").asLong() + skipped + dropped);
        assertThat(packets.get("waiting").asLong()).isZero();
    }
}
