package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * A bystander talks to a server, and the kernel drops what they say, while a target loses nothing. That it loses nothing
 * in any other way of traffic either is for the accuracy suite.
 */
class PrefilterIT {
    private static final String SERVER = "127.8.4.1";
    private static final String TARGET = "127.8.4.2";
    private static final String BYSTANDER = "127.8.4.3";

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private Path file;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3, Require.PREFILTER);
        pidcap = new Pidcap(directory);
        file = directory.resolve("out.pcapng");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void shouldDropInTheKernelWhatABystanderSaysAndKeepEveryPacketOfTheTarget(String kind) throws Exception {
        try (TrafficProgram echo = server(kind);
                TrafficProgram targetsEcho = server(kind)) {
            String port = Integer.toString(echo.readPort());
            String targetsPort = Integer.toString(targetsEcho.readPort());
            String id = start();
            try (TrafficProgram bystander = client(kind, "it-bystander", BYSTANDER, port);
                    TrafficProgram target = client(kind, "it-target", TARGET, targetsPort);
                    TrafficProgram late = client(kind, "it-target", TARGET, port)) {
                bystander.tell("open");
                target.tell("open");
                target.tell("send 50 700");
                awaitDropping(bystander);
                target.tell("send 50 700");
                // To a server of which until now only the bystander's packets were known.
                late.tell("open");
                late.tell("send 50 700");
                Status.awaitEventsUntilNow(pidcap);
            }
            JsonNode packets = stop(id);
            assertThat(payload(kind)).isEqualTo(3 * 2 * 50 * 700);
            assertThat(Tshark.count(file, "ip.addr==" + BYSTANDER)).isZero();
            if (kind.equals("tcp")) {
                assertThat(Tshark.count(file, "tcp.flags.syn==1")).isEqualTo(4);
                assertThat(Tshark.count(file, "tcp.flags.fin==1")).isEqualTo(4);
            }
            assertThat(packets.get("skipped").get("by the prefilter").asLong()).isPositive();
            LossEquation.assertHolds(packets);
            assertThat(Tshark.count(file, "")).isEqualTo(packets.get("kept").asLong());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"events", "capture"})
    void shouldGoOnWithItWhenAWorkerIsRestarted(String worker) throws Exception {
        try (TrafficProgram echo = server("tcp")) {
            String port = Integer.toString(echo.readPort());
            String id = start();
            try (TrafficProgram bystander = client("tcp", "it-bystander", BYSTANDER, port);
                    TrafficProgram target = client("tcp", "it-target", TARGET, port)) {
                bystander.tell("open");
                awaitDropping(bystander);
                target.tell("open");
                target.tell("send 10 500");
                Pidcap.Result restarted = pidcap.run("restart", id, worker);
                assertThat(restarted.exitCode()).as(restarted.err()).isZero();
                target.tell("send 10 500");
                awaitDropping(bystander);
                target.tell("send 10 500");
                Status.awaitEventsUntilNow(pidcap);
            }
            JsonNode packets = stop(id);
            assertThat(payload("tcp")).isEqualTo(3 * 2 * 10 * 500);
            LossEquation.assertHolds(packets);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--filter=tcp", "--keep-all", "--events=proc"})
    void shouldRefuseWhatItCannotBeHadTogetherWith(String option) throws Exception {
        Pidcap.Result result =
                pidcap.run("start", "-n", "it-target", "-i", "lo", "-w", file.toString(), "--prefilter", option);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--prefilter and " + option.replaceAll("=.cp$", ""));
    }

    @Test
    void shouldBeNamedByDoctor() throws Exception {
        assertThat(pidcap.run("doctor").out()).contains("prefilter");
    }

    private TrafficProgram server(String kind) throws Exception {
        return TrafficProgram.start(directory, "it-echo", kind + "-server", SERVER);
    }

    private TrafficProgram client(String kind, String name, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", kind, address, SERVER, port);
    }

    private String start() throws Exception {
        Pidcap.Result result = pidcap.run("start", "-n", "it-target", "-i", "lo", "-w", file.toString(), "--prefilter");
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out().strip();
    }

    private JsonNode stop(String id) throws Exception {
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        return Status.parse(stopped.out()).get("packets");
    }

    /** Until more was dropped than before, and by nobody else here than the bystander and its server. */
    private void awaitDropping(TrafficProgram bystander) throws Exception {
        long before = prefiltered();
        Await.until("the kernel drops", () -> {
            bystander.tell("send 50 700");
            return prefiltered() > before;
        });
    }

    private long prefiltered() throws Exception {
        return Status.onlySession(pidcap)
                .at("/packets/skipped/by the prefilter")
                .asLong();
    }

    private long payload(String kind) throws Exception {
        String field = kind.equals("tcp") ? "tcp.len" : "udp.length";
        return Tshark.fields(file, "ip.addr==" + TARGET, field).stream()
                .mapToLong(Long::parseLong)
                .map(length -> kind.equals("tcp") ? length : length - 8)
                .sum();
    }
}
