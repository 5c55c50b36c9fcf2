package io.pidcap.it.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.session.ControlClient;
import io.pidcap.coordinator.session.SessionDirectory;
import io.pidcap.coordinator.session.SessionHome;
import io.pidcap.it.support.Await;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Tshark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Whole sessions: a coordinator, a capture-worker on a cable, and an event-worker of Windows on stand-ins that tell what
 * a script says. Each process gets the packets that the script gives it, and no other.
 */
class WindowsSessionIT {
    private static final long ANSWER_MILLIS = 5_000;

    @TempDir
    Path directory;

    private WindowsHost windows;
    private Cable cable;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void begin() throws Exception {
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.PYTHON3, Require.CC);
        windows = new WindowsHost(directory);
        cable = new Cable();
        pidcap = new Pidcap(directory, windows.jvmOptions());
        sessions = new StartedSessions(pidcap);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        if (sessions != null) {
            sessions.close();
            cable.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "multicast.script, windivert, chrome.exe, 0",
        "sockets.script, windivert, server.exe, 0",
        "lost.script, windivert, chrome.exe, 2",
        "tables.script, iphelper, chrome.exe, 0"
    })
    void shouldGiveEachProcessItsPackets(String name, String events, String selected, int lost) throws Exception {
        Path live = directory.resolve("live.pcapng");
        Script script = Script.read(name);
        String[] id = new String[1];
        script.play(windows.standIns, new Script.Stage() {
            @Override
            public void watch() throws Exception {
                id[0] = sessions.start(cable.prefix(), options(events, selected, live));
            }

            @Override
            public void settle(long afterMillis) throws Exception {
                Instant now = Instant.now().plusMillis(afterMillis);
                SessionDirectory session =
                        SessionHome.open(directory.resolve("state")).find(id[0]);
                try (ControlClient client = ControlClient.connect(session)) {
                    Await.until("the watermark passes " + now, () -> {
                        Instant until = client.status(ANSWER_MILLIS).events().completeUntil();
                        return until != null && until.isAfter(now);
                    });
                }
            }

            @Override
            public void send(CraftedPacket packet) throws Exception {
                cable.send(packet);
            }
        });
        JsonNode report = sessions.stop(id[0]);
        assertThat(report.at("/events/source").asString()).isEqualTo(events);
        assertThat(report.at("/events/lost").asLong()).isEqualTo(lost);
        assertThat(report.get("gaps"))
                .hasSize(lost)
                .allSatisfy(gap -> assertThat(gap.get("reason").asString()).contains("without a word of WinDivert"));
        LossEquation.assertHolds(report.get("packets"));
        assertThat(payloads(live)).isEqualTo(of(selected, script.truth));
        for (String process : owners(script.truth)) {
            Path picked = directory.resolve("picked-" + process.replace("<", "").replace(">", "") + ".pcapng");
            Pidcap.Result result = pidcap.run("filter", id[0], "-n", process, "-w", picked.toString());
            assertThat(result.exitCode()).as(result.err()).isEqualTo(lost == 0 ? 0 : 1);
            assertThat(payloads(picked)).as(process).isEqualTo(of(process, script.truth));
        }
    }

    private static List<String> options(String events, String selected, Path output) {
        return List.of(
                "--events", events, "-n", selected, "-i", Cable.INTERFACE, "--keep-all", "-w", output.toString());
    }

    private static Set<String> owners(Map<String, List<String>> truth) {
        Set<String> owners = new TreeSet<>();
        truth.values().forEach(owners::addAll);
        owners.remove("nobody");
        return owners;
    }

    private static List<String> of(String process, Map<String, List<String>> truth) {
        return truth.entrySet().stream()
                .filter(packet -> packet.getValue().contains(process))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Of every packet in the file. */
    private static List<String> payloads(Path file) throws Exception {
        return Tshark.fields(file, "", "udp.payload", "tcp.payload", "data.data").stream()
                .map(row -> row.replaceFirst("^,+", "").replaceFirst(",.*", ""))
                .map(hex -> new String(HexFormat.of().parseHex(hex), StandardCharsets.US_ASCII))
                .toList();
    }
}
