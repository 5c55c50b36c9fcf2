package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.BrokenClass;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Recovered;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tcpdump;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Victim;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A fault of the coordinator's own: what was captured is not lost by it. */
class SessionFaultIT {
    private static final String NET = "net 127.241.0.0/16";
    private static final String SERVER = "127.241.0.1";
    private static final String TARGET = "127.241.0.2";

    @TempDir
    Path directory;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.TCPDUMP, Require.PYTHON3);
    }

    /** Something that it needs first when it stops does not work. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.pidcap.protocol.v1.SessionStopping$Builder",
                "io.pidcap.coordinator.filter.FilterCommand$Finish"
            })
    void shouldLeaveTheSessionToRecovery(String brokenClass) throws Exception {
        BrokenClass broken = BrokenClass.in(directory, brokenClass);
        Path file = directory.resolve("out.pcapng");
        Pidcap faulty = new Pidcap(directory, "", List.of(broken.jvmOption()));
        Pidcap whole = new Pidcap(directory);
        try (Tcpdump reference = Tcpdump.start(directory.resolve("reference.pcap"), "lo", NET);
                TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            Pidcap.Running capture =
                    faulty.start("capture", "-n", "it-target", "-i", "lo", "-f", NET, "-w", file.toString());
            capture.awaitErr("Ctrl-C");
            Victim victim = Victim.of(whole, directory);
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", TARGET, SERVER, port)) {
                target.tell("open");
                target.tell("send 20 700");
                Status.awaitEventsUntilNow(whole);
                capture.process().destroy();
                Pidcap.Result ended = capture.await();
                assertThat(ended.exitCode()).isEqualTo(1);
                assertThat(ended.err()).contains("failed by a fault of pidcap", "`pidcap recover ");
            }
            victim.awaitWorkersGone();
            assertThat(file).doesNotExist();

            JsonNode report = Recovered.report(whole);
            List<String> packets = Recovered.packets(file);
            assertThat(packets)
                    .hasSizeGreaterThan(40)
                    .isEqualTo(Recovered.packets(reference, TARGET).subList(0, packets.size()));
            Recovered.assertEquation(report);
        }
        assertThat(whole.run("status").out()).doesNotContain("died");
    }
}
