package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The kernel's buffer for events overflows while sockets are opened: their packets are kept afterwards. */
class OverflowIT {
    private static final String SERVER = "127.8.4.1";
    private static final String TARGET = "127.8.4.2";
    private static final String BYSTANDER = "127.8.4.3";
    private static final String FLOOD = "127.8.4.4";
    private static final int SOCKETS = 20;

    @TempDir
    Path directory;

    private Pidcap pidcap;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3, Require.EBPF);
        // Room for 31 records.
        pidcap = new Pidcap(directory, "-Dpidcap.events.ringBytes=4096");
    }

    @Test
    void shouldKeepEveryPacketThatFollowsAndSayWhenEventsWereLost() throws Exception {
        Path file = directory.resolve("overflow.pcapng");
        try (TrafficProgram tcp = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram udp = TrafficProgram.start(directory, "it-echo", "udp-server", SERVER)) {
            String tcpPort = Integer.toString(tcp.readPort());
            String udpPort = Integer.toString(udp.readPort());
            Pidcap.Result started =
                    pidcap.run("start", "--events", "ebpf", "-n", "it-target", "-i", "lo", "-w", file.toString());
            assertThat(started.exitCode()).as(started.err()).isZero();
            List<TrafficProgram> programs = new ArrayList<>();
            try {
                for (String kind : List.of("tcp", "udp", "udp-unconnected")) {
                    String port = kind.equals("tcp") ? tcpPort : udpPort;
                    programs.add(client("it-target", kind, TARGET, port));
                    programs.add(client("it-bystander", kind, BYSTANDER, port));
                }
                openDuringAFlood(programs, udpPort);
                Status.awaitEventsUntilNow(pidcap);
                for (TrafficProgram program : programs) {
                    program.tell("send 10 333");
                }
                Status.awaitEventsUntilNow(pidcap);
            } finally {
                for (TrafficProgram program : programs) {
                    program.close();
                }
            }
            Pidcap.Result stopped = pidcap.run("stop", started.out().strip(), "--json");
            assertThat(stopped.exitCode()).as(stopped.err()).isZero();

            JsonNode report = Status.parse(stopped.out());
            assertThat(report.get("events").get("lost").asLong()).isPositive();
            assertThat(report.get("gaps"))
                    .isNotEmpty()
                    .allMatch(gap -> gap.get("incomplete").asBoolean());
            assertThat(report.get("workerRuns")).hasSize(2);
            long messages = 2L * 10 * SOCKETS;
            assertThat(payload(file, "tcp.len", "tcp")).isEqualTo(messages * 333);
            assertThat(Tshark.count(file, "udp.length==341")).isEqualTo(2 * messages);
            assertThat(Tshark.count(file, "!ip.addr==" + TARGET)).isZero();
        }
    }

    private TrafficProgram client(String name, String kind, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", kind, address, SERVER, port);
    }

    private void openDuringAFlood(List<TrafficProgram> programs, String udpPort) throws Exception {
        try (TrafficProgram flood = client("it-flood", "udp", FLOOD, udpPort)) {
            CompletableFuture<String> flooding = CompletableFuture.supplyAsync(() -> tell(flood, "once 5000"));
            for (int i = 0; i < SOCKETS; i++) {
                for (TrafficProgram program : programs) {
                    program.tell("open");
                }
            }
            flooding.join();
        }
    }

    private static String tell(TrafficProgram program, String command) {
        try {
            return program.tell(command);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long payload(Path file, String lengthField, String filter) throws Exception {
        return Tshark.fields(file, filter, lengthField).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }
}
