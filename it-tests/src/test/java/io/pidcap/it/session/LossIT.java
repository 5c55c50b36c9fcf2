package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Flood;
import io.pidcap.it.support.FrozenProcesses;
import io.pidcap.it.support.LossEquation;
import io.pidcap.it.support.Mounts;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Each stage is given more than it can take, by a sender whose packets are the only ones on its network. Every one of them
 * is found again: in the file, or in a count of those that were lost, with the place.
 */
class LossIT {
    private static final int PAYLOAD_BYTES = 600;

    @TempDir
    Path directory;

    private final Mounts mounts = new Mounts();
    private final FrozenProcesses frozen = new FrozenProcesses();
    private Path file;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.CC);
        file = directory.resolve("out.pcapng");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        frozen.thawAll();
        sessions.close();
        mounts.close();
    }

    @Test
    void shouldCountWhatTheKernelHasNoRoomFor() throws Exception {
        int sent = 50_000;
        try (Flood flood = Flood.start(directory, sent, PAYLOAD_BYTES)) {
            String id = start(flood, "-B", "64K");
            long captureWorker = Victim.worker(pidcap, "capture");
            frozen.freeze(captureWorker);
            flood.send();
            frozen.thaw(captureWorker);
            JsonNode packets = stop(id, 0);
            assertThat(packets.get("received").asLong()).isEqualTo(sent);
            assertThat(dropped(packets, "by the kernel")).isPositive();
            assertEveryPacketIsSomewhere(packets);
        }
    }

    @Test
    void shouldLoseNothingWhenTheFilterStageIsFarBehind() throws Exception {
        int sent = 100_000;
        try (Flood flood = Flood.start(directory, sent, PAYLOAD_BYTES)) {
            String id = start(flood);
            long coordinator = Victim.of(pidcap, directory).coordinator();
            frozen.freeze(coordinator);
            flood.send();
            frozen.thaw(coordinator);
            JsonNode packets = stop(id, 0);
            assertThat(packets.get("received").asLong()).isEqualTo(sent);
            assertThat(packets.get("kept").asLong()).isEqualTo(sent);
            assertEveryPacketIsSomewhere(packets);
        }
    }

    @Test
    void shouldKeepWhatTheSpoolHadRoomForAndCountTheRest() throws Exception {
        int sent = 30_000;
        mounts.tmpfs(directory.resolve("state"), 8);
        try (Flood flood = Flood.start(directory, sent, PAYLOAD_BYTES)) {
            String id = start(flood);
            long coordinator = Victim.of(pidcap, directory).coordinator();
            frozen.freeze(coordinator);
            flood.send();
            frozen.thaw(coordinator);
            JsonNode packets = stop(id, 6);
            assertThat(packets.get("received").asLong()).isLessThanOrEqualTo(sent);
            assertThat(packets.get("kept").asLong()).isPositive();
            assertThat(dropped(packets, "writing the spool")).isPositive();
            assertEveryPacketIsSomewhere(packets);
        }
    }

    @Test
    void shouldKeepWhatTheOutputHadRoomForAndCountTheRest() throws Exception {
        int sent = 30_000;
        Path small = directory.resolve("small");
        mounts.tmpfs(small, 8);
        file = small.resolve("out.pcapng");
        try (Flood flood = Flood.start(directory, sent, PAYLOAD_BYTES)) {
            String id = start(flood);
            flood.send();
            JsonNode packets = stop(id, 6);
            assertThat(packets.get("received").asLong()).isEqualTo(sent);
            assertThat(packets.get("kept").asLong()).isPositive();
            assertThat(dropped(packets, "writing the output")).isPositive();
            assertEquation(packets);
        }
    }

    private String start(Flood flood, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-n", Flood.NAME, "-i", "lo", "-w", file.toString()));
        all.addAll(List.of(options));
        return sessions.start(flood.inItsNetwork(), all);
    }

    private JsonNode stop(String id, int exitCode) throws Exception {
        Pidcap.Result result = pidcap.run("stop", id, "--json");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        return Status.parse(result.out()).get("packets");
    }

    private static long dropped(JsonNode packets, String place) {
        return packets.get("dropped").get(place).asLong();
    }

    private void assertEveryPacketIsSomewhere(JsonNode packets) throws Exception {
        assertEquation(packets);
        String inFile = "received=" + packets.get("received").asLong() + " kept="
                + packets.get("kept").asLong() + " ";
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains(inFile);
    }

    private void assertEquation(JsonNode packets) throws Exception {
        assertThat(packets.get("kept").asLong()).isEqualTo(Tshark.count(file, ""));
        LossEquation.assertHolds(packets);
    }
}
