package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Flood;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tshark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A program has the other end of the pipe open and takes nothing. */
class StandingReaderIT {
    private static final int PACKETS = 30_000;
    private static final int PAYLOAD_BYTES = 600;
    private static final int END_SECONDS = 60;
    private static final long MOST_WAITING_BYTES = 1 << 20;

    private static final String STANDING_PROGRAM =
            "{ for i in $(seq 3000); do [ -e \"$0/go\" ] && break; sleep 0.1; done; exec cat; }";

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.CC);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        Files.writeString(directory.resolve("go"), "");
        sessions.close();
    }

    /** The capture goes on, bounded and answering; what was dropped is told, and all else reaches the reader in the end. */
    @Test
    void shouldDropAndCountWhatHasNoRoomToWait() throws Exception {
        try (Flood flood = Flood.start(directory, PACKETS, PAYLOAD_BYTES)) {
            Pidcap.Running running = capture(flood);
            running.awaitErr("Ctrl-C stops");
            flood.send();
            Await.until("every packet has been filtered", () -> {
                JsonNode packets = Status.onlySession(pidcap).get("packets");
                return packets.get("received").asLong() == PACKETS
                        && packets.get("waiting").asLong() == 0;
            });
            JsonNode standing = Status.onlySession(pidcap);
            assertThat(dropped(standing)).isPositive();
            LossEquation.assertHolds(standing.get("packets"));
            assertThat(running.out()).isEmptyFile();

            // It takes what has waited for it, and there is room for more.
            Files.writeString(directory.resolve("go"), "");
            Await.until("it has taken something", () -> Files.size(running.out()) > MOST_WAITING_BYTES / 4);

            JsonNode report = sessions.stop(standing.get("id").asString());
            assertThat(running.process().waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
            String said = running.errText();
            assertThat(Files.readString(directory.resolve("status")).strip())
                    .as(said)
                    .isEqualTo("0");
            JsonNode packets = report.get("packets");
            LossEquation.assertHolds(packets);
            assertThat(packets.get("received").asLong()).isEqualTo(PACKETS);
            assertThat(packets.get("kept").asLong())
                    .isPositive()
                    .isLessThanOrEqualTo(MOST_WAITING_BYTES / PAYLOAD_BYTES)
                    .isEqualTo(Tshark.count(running.out(), ""));
            assertThat(said)
                    .contains("who reads standard output is too slow: " + dropped(report) + " packets were dropped")
                    .contains("writing the output");
        }
    }

    private Pidcap.Running capture(Flood flood) throws Exception {
        String pipe = "{ \"$@\"; echo $? >\"$0/status\"; } | " + STANDING_PROGRAM;
        List<String> shell = List.of("sh", "-c", pipe, directory.toString());
        List<String> prefix = new ArrayList<>(shell);
        prefix.addAll(flood.inItsNetwork());
        return pidcap.start(
                prefix,
                "capture",
                "-n",
                Flood.NAME,
                "-i",
                "lo",
                "-w",
                "-",
                "--backlog",
                Long.toString(MOST_WAITING_BYTES));
    }

    private static long dropped(JsonNode report) {
        return report.at("/packets/dropped/writing the output").asLong();
    }
}
