package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Flood;
import io.pidcap.it.support.Mounts;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Disks fail before and during a capture, by a sender whose packets are the only ones on its network. The capture ends by
 * itself, tells which file and why, and what it kept can be read: as a whole file, or as one whose name says that it is
 * not. {@link LossIT} has the full disks of spool and output.
 */
class DiskIT {
    private static final int PAYLOAD_BYTES = 1400;
    private static final int PACKETS_PER_SECOND = 2_000;
    /** That many are sent in any case before the disk fails, and as many after that. */
    private static final int PACKETS = 8_000;

    @TempDir
    Path directory;

    private final Mounts mounts = new Mounts();
    private Pidcap pidcap;
    private Path out;
    private Path state;
    private Path file;
    private Path part;

    @BeforeEach
    void needs() throws Exception {
        Require.all(Require.ROOT, Require.NETNS, Require.TSHARK, Require.CC);
        pidcap = new Pidcap(directory);
        out = Files.createDirectory(directory.resolve("out"));
        state = directory.resolve("state");
        file = out.resolve("out.pcapng");
        part = out.resolve("out.pcapng.part");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        mounts.close();
    }

    /** Makes the disk fail. */
    private interface Fault {
        void happen() throws Exception;
    }

    @Test
    void shouldRefuseAnOutputOnAReadOnlyDisk() throws Exception {
        mounts.tmpfs(out, 1);
        mounts.makeReadOnly(out);
        assertRefused(6, "create " + file + ": Read-only file system");
    }

    @Test
    void shouldRefuseAStateDirectoryOnAReadOnlyDisk() throws Exception {
        mounts.tmpfs(state, 1);
        Files.createDirectory(state.resolve("sessions"));
        mounts.makeReadOnly(state);
        assertRefused(6, "create the session directory " + state + "/sessions/");
    }

    @Test
    void shouldRefuseAStateDirectoryOnAFullDisk() throws Exception {
        mounts.tmpfs(state, 1);
        Mounts.fill(state);
        assertRefused(6, "No space left on device");
        assertThat(state.resolve("sessions")).isEmptyDirectory();
    }

    @Test
    void shouldTellByTheExitCodeOfRunThatThereIsNoCapture() throws Exception {
        mounts.tmpfs(out, 1);
        mounts.makeReadOnly(out);
        Path witness = directory.resolve("has-run");
        Pidcap.Result result = pidcap.run("run", "-w", file.toString(), "--", "touch", witness.toString());
        assertThat(result.exitCode()).as(result.err()).isEqualTo(125);
        assertThat(result.err()).contains("create " + file + ": Read-only file system");
        assertThat(witness).doesNotExist();
    }

    @Test
    void shouldKeepAllWhenTheSessionsDirectoryIsDeleted() throws Exception {
        JsonNode report = captureUntil(() -> delete(onlySession()), 6, "the session's directory");
        assertThat(report.get("packets").get("kept").asLong()).isPositive();
        assertWhole(report);
    }

    @Test
    void shouldCountAllAsLostWhenTheOutputsDirectoryIsDeleted() throws Exception {
        JsonNode report = captureUntil(() -> delete(out), 5, part + ": No such file or directory");
        JsonNode packets = report.get("packets");
        assertThat(packets.get("kept").asLong()).isZero();
        assertThat(packets.get("dropped").get("writing the output").asLong()).isPositive();
        assertBalance(packets);
        assertThat(report.get("state").asString()).isEqualTo("failed");
    }

    @Test
    void shouldLeaveTheNameOfTheOutputFreeWhenItsDiskBecomesReadOnly() throws Exception {
        Require.all(Require.EXT4);
        mounts.ext4(out, 64);
        JsonNode report = captureUntil(() -> mounts.findBroken(out), 6, part + ": Read-only file system");
        assertThat(file).doesNotExist();
        JsonNode packets = report.get("packets");
        assertBalance(packets);
        assertThat(packets.get("kept").asLong()).isPositive().isEqualTo(Tshark.count(part, ""));
        assertThat(report.get("endNotes").toString()).contains("the packets are in " + part);
    }

    @Test
    void shouldKeepAllWhenTheSpoolsDiskBecomesReadOnly() throws Exception {
        Require.all(Require.EXT4);
        mounts.ext4(state, 64);
        JsonNode report = captureUntil(() -> mounts.findBroken(state), 6, "Read-only file system");
        assertThat(report.get("packets").get("kept").asLong()).isPositive();
        assertWhole(report);
    }

    @Test
    void shouldKeepWhatAQuotaAllows() throws Exception {
        Require.all(Require.BTRFS);
        mounts.btrfs(out);
        JsonNode report = captureUntil(() -> Mounts.limit(out, 64), 6, part + ": Disk quota exceeded");
        JsonNode packets = report.get("packets");
        assertBalance(packets);
        // To link a file takes of the quota, too.
        Path left = Files.exists(file) ? file : part;
        assertThat(packets.get("kept").asLong()).isPositive().isEqualTo(Tshark.count(left, ""));
        assertThat(packets.get("dropped").get("writing the output").asLong()).isPositive();
    }

    @Test
    void shouldKeepAllWhenTheSpoolIsOverItsQuota() throws Exception {
        Require.all(Require.BTRFS);
        mounts.btrfs(state);
        JsonNode report = captureUntil(() -> Mounts.limit(state, 64), 6, "Disk quota exceeded");
        assertThat(report.get("packets").get("kept").asLong()).isPositive();
        assertWhole(report);
    }

    @Test
    void shouldKeepAllWhenTheJournalsDiskIsFull() throws Exception {
        mounts.tmpfs(state, 16);
        try (Flood flood = Flood.start(directory, PACKETS, PAYLOAD_BYTES)) {
            Pidcap.Running running = capture(flood.inItsNetwork());
            flood.send();
            Await.until("every packet is in the output", () -> Files.size(part) > PACKETS * (long) PAYLOAD_BYTES);
            // Nothing is captured any more, only the journal grows.
            Mounts.fill(state);
            JsonNode report = end(running, 6, "journal: No space left on device");
            assertThat(report.get("packets").get("kept").asLong()).isEqualTo(PACKETS);
            assertWhole(report);
        }
        String left = pidcap.run("status", "--all", "--json").out();
        assertThat(Status.parse(left).get(0).get("state").asString()).as(left).isEqualTo("finished");
    }

    @Test
    void shouldKeepWhatALimitOfTheFileSizeAllows() throws Exception {
        try (Flood flood = Flood.start(directory, PACKETS, PAYLOAD_BYTES, PACKETS_PER_SECOND)) {
            List<String> limited = new ArrayList<>(flood.inItsNetwork());
            limited.addAll(List.of("prlimit", "--fsize=2000000"));
            Pidcap.Running running = capture(limited);
            flood.send();
            JsonNode report = end(running, 6, "File too large");
            assertThat(report.get("packets").get("kept").asLong()).isPositive();
            assertWhole(report);
            // Another worker would not get further.
            assertThat(report.get("workerRuns")).hasSize(2);
        }
    }

    private void assertRefused(int exitCode, String why) throws Exception {
        Pidcap.Result result = pidcap.run("capture", "-n", "it-nobody", "-i", "lo", "-w", file.toString());
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(why);
        assertThat(out).isEmptyDirectory();
    }

    /** @return the report of a capture that ended by itself */
    private JsonNode captureUntil(Fault fault, int exitCode, String why) throws Exception {
        try (Flood flood = Flood.start(directory, PACKETS, PAYLOAD_BYTES, PACKETS_PER_SECOND)) {
            Pidcap.Running running = capture(flood.inItsNetwork());
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(flood));
            Await.until("packets are in the output", () -> Files.size(part) > 100L * PAYLOAD_BYTES);
            fault.happen();
            JsonNode report = end(running, exitCode, why);
            sending.join();
            return report;
        }
    }

    private static void send(Flood flood) {
        try {
            flood.send();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Pidcap.Running capture(List<String> prefix) throws IOException {
        Pidcap.Running running =
                pidcap.start(prefix, "capture", "-n", Flood.NAME, "-i", "lo", "-w", file.toString(), "--json");
        running.awaitErr("capturing lo");
        return running;
    }

    private static JsonNode end(Pidcap.Running running, int exitCode, String why) throws Exception {
        Pidcap.Result result = running.await();
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(why);
        return Status.parse(result.out());
    }

    private Path onlySession() throws IOException {
        try (Stream<Path> sessions = Files.list(state.resolve("sessions"))) {
            return sessions.findFirst().orElseThrow();
        }
    }

    private static void delete(Path tree) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(tree)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private void assertWhole(JsonNode report) throws Exception {
        JsonNode packets = report.get("packets");
        assertBalance(packets);
        assertThat(Tshark.count(file, "")).isEqualTo(packets.get("kept").asLong());
        assertThat(part).doesNotExist();
    }

    private static void assertBalance(JsonNode packets) {
        long sum = packets.get("kept").asLong();
        for (String fate : List.of("skipped", "dropped")) {
            for (JsonNode count : packets.get(fate)) {
                sum += count.asLong();
            }
        }
        assertThat(packets.get("received").asLong()).as(packets.toString()).isEqualTo(sum);
    }
}
