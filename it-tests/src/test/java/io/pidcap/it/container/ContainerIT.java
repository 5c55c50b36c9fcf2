package io.pidcap.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.CommandLine;
import io.pidcap.it.support.DockerDaemon;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.JsonNode;

/**
 * The built distribution in a container that has nothing else, and on the host beside one. Target and bystander have an
 * address each, by which tshark judges.
 */
class ContainerIT {
    private static final String FILE = "/tmp/out.pcapng";
    private static final int SHORT_CONNECTIONS = 50;

    private static DockerImageName image;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeImage(@TempDir Path work) throws Exception {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3, Require.DOCKER);
        image = LocalImage.make(DockerDaemon.client(), work);
    }

    @Test
    void shouldCaptureWithNetRawAloneByReadingProc() throws Exception {
        try (PidcapContainer container = new PidcapContainer(image, Capabilities.NET_RAW)) {
            container.start();
            assertThat(container.run("doctor").out())
                    .contains("ok  capture")
                    .contains("ok  flow-events            by reading /proc")
                    .contains("no  events-exact")
                    .contains("give java the capabilities CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");

            try (TrafficProgram echo = container.start(LocalImage.ECHO, "tcp-server", "127.0.0.1")) {
                String port = Integer.toString(echo.readPort());
                Pidcap.Result started = container.run("start", "-n", "it-target", "-i", "lo", "-w", FILE);
                assertThat(started.exitCode()).as(started.err()).isZero();
                assertThat(started.err())
                        .contains("owners of flows are learnt by proc")
                        .contains("connections that live shorter than the poll interval of 20 ms can be missed");
                try (TrafficProgram target = client(container, LocalImage.TARGET, "127.0.0.2", "127.0.0.1", port);
                        TrafficProgram bystander =
                                client(container, LocalImage.BYSTANDER, "127.0.0.3", "127.0.0.1", port)) {
                    for (TrafficProgram each : List.of(target, bystander)) {
                        each.tell("open");
                        each.tell("send 50 700");
                    }
                    // Whoever looks again and again sees what stays until then.
                    Status.awaitEventsUntilNow(container);
                    target.tell("close");
                    bystander.tell("close");
                }
                JsonNode report = stop(container);
                assertThat(report.at("/events/source").asString()).isEqualTo("proc");
                LossEquation.assertHolds(report.get("packets"));
            }
            Path copy = copied(container);
            assertThat(Tshark.count(copy, "!(ip.addr == 127.0.0.2)")).isZero();
            assertThat(Tshark.count(copy, "tcp.flags.syn == 1")).isEqualTo(2);
            assertThat(Tshark.count(copy, "tcp.flags.fin == 1")).isEqualTo(2);
            assertThat(payloadBytes(copy)).isEqualTo(2 * 50 * 700);
        }
    }

    @Test
    void shouldCaptureExactlyWithAllCapabilities() throws Exception {
        Require.all(Require.EBPF);
        try (PidcapContainer container = new PidcapContainer(image, Capabilities.all()).inPidNamespaceOfHost()) {
            container.start();
            assertThat(container.run("doctor").out()).contains("ok  events-exact");

            try (TrafficProgram echo = container.start(LocalImage.ECHO, "tcp-server", "127.0.0.1")) {
                String port = Integer.toString(echo.readPort());
                Pidcap.Result started = container.run("start", "-n", "it-target", "-i", "lo", "-w", FILE);
                assertThat(started.exitCode()).as(started.err()).isZero();
                try (TrafficProgram target = client(container, LocalImage.TARGET, "127.0.0.2", "127.0.0.1", port);
                        TrafficProgram bystander =
                                client(container, LocalImage.BYSTANDER, "127.0.0.3", "127.0.0.1", port)) {
                    target.tell("once " + SHORT_CONNECTIONS);
                    bystander.tell("once " + SHORT_CONNECTIONS);
                }
                JsonNode report = stop(container);
                assertThat(report.at("/events/source").asString()).isEqualTo("ebpf");
                LossEquation.assertHolds(report.get("packets"));
            }
            assertShortConnections(copied(container), "127.0.0.2");
        }
    }

    /** The programs of eBPF tell the host's process ids, /proc the container's. */
    @Test
    void shouldSayWhatTheExactSourceLacksInAPidNamespaceOfItsOwn() throws Exception {
        Require.all(Require.EBPF);
        try (PidcapContainer container = new PidcapContainer(image, Capabilities.all())) {
            container.start();
            assertThat(container.run("doctor").out())
                    .contains("no  events-exact")
                    .contains("run pidcap outside the container, in the host's pid namespace");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--name=it-target", "--exe=" + LocalImage.TARGET})
    void shouldSeeAProcessOfAContainerFromTheHost(String selection) throws Exception {
        Require.all(Require.EBPF);
        Pidcap pidcap = new Pidcap(directory);
        Path file = directory.resolve("out.pcapng");
        long targetPid;
        long echoPid;
        try (PidcapContainer container = new PidcapContainer(image, List.of())) {
            container.start();
            try (VirtualCable cable = new VirtualCable(container.pid());
                    TrafficProgram echo =
                            TrafficProgram.start(directory, "it-echo", "tcp-server", cable.hostAddress())) {
                String port = Integer.toString(echo.readPort());
                echoPid = echo.pid();
                Pidcap.Result started = pidcap.run("start", selection, "-w", file.toString());
                assertThat(started.exitCode()).as(started.err()).isZero();
                try (TrafficProgram target = client(
                                container, LocalImage.TARGET, VirtualCable.FIRST_ADDRESS, cable.hostAddress(), port);
                        TrafficProgram bystander = client(
                                container,
                                LocalImage.BYSTANDER,
                                VirtualCable.SECOND_ADDRESS,
                                cable.hostAddress(),
                                port)) {
                    target.tell("once " + SHORT_CONNECTIONS);
                    bystander.tell("once " + SHORT_CONNECTIONS);
                    targetPid = target.pid();
                }
                LossEquation.assertHolds(stop(pidcap).get("packets"));
            }
        }
        assertShortConnections(file, VirtualCable.FIRST_ADDRESS);
        assertThat(Tshark.fields(file, "", "frame.comment"))
                .allMatch(comment -> comment.startsWith("process=it-target pid=" + targetPid)
                        && comment.endsWith(" peer_pid=" + echoPid));
    }

    private static TrafficProgram client(
            PidcapContainer container, String program, String bind, String server, String port) throws Exception {
        return container.start(program, "client", "tcp", bind, server, port);
    }

    private static JsonNode stop(CommandLine pidcap) throws Exception {
        Pidcap.Result stopped = pidcap.run("stop", "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        return Status.parse(stopped.out());
    }

    private Path copied(PidcapContainer container) {
        Path copy = directory.resolve("out.pcapng");
        container.copyFileFromContainer(FILE, copy.toString());
        return copy;
    }

    private static void assertShortConnections(Path file, String address) throws Exception {
        assertThat(Tshark.count(file, "!(ip.addr == " + address + ")")).isZero();
        assertThat(Tshark.count(file, "tcp.flags.syn == 1")).isEqualTo(2 * SHORT_CONNECTIONS);
        assertThat(Tshark.count(file, "tcp.flags.fin == 1")).isEqualTo(2 * SHORT_CONNECTIONS);
        assertThat(payloadBytes(file)).isEqualTo(2 * SHORT_CONNECTIONS * 100);
    }

    private static long payloadBytes(Path file) throws Exception {
        return Tshark.fields(file, "tcp.len > 0", "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
    }
}
