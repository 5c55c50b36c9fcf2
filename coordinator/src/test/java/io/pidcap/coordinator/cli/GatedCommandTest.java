package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GatedCommandTest {
    @TempDir
    Path temp;

    @Test
    void shouldNotBeginBeforeTheGateOpensAndKeepItsPid() throws Exception {
        Path file = temp.resolve("pid");
        List<String> command = List.of("/bin/sh", "-c", "echo $$ >\"$0\"; exit 7", file.toString());
        try (GatedCommand gated = GatedCommand.prepare(Platform.UNIX, command, RunUser.OURSELVES)) {
            awaitAtTheGate(gated.pid());
            assertThat(file).doesNotExist();
            gated.open();

            assertThat(gated.awaitExit()).isEqualTo(7);
            assertThat(file).hasContent(Long.toString(gated.pid()));
        }
    }

    /** It has the named pipe open: it cannot be anywhere else. */
    private static void awaitAtTheGate(long pid) throws IOException {
        long deadlineNanos = System.nanoTime() + 30_000_000_000L;
        while (!hasGateOpen(pid)) {
            assertThat(System.nanoTime()).as("waiting at the gate").isLessThan(deadlineNanos);
            Thread.onSpinWait();
        }
    }

    private static boolean hasGateOpen(long pid) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).endsWith("gate")) {
                    return true;
                }
            }
        } catch (NoSuchFileException e) {
            // One was closed while we looked.
        }
        return false;
    }

    @Test
    void shouldPassASignalOn() throws Exception {
        try (GatedCommand gated = GatedCommand.prepare(Platform.UNIX, List.of("sleep", "100"), RunUser.OURSELVES)) {
            gated.open();
            gated.signal("TERM");

            assertThat(gated.awaitExit()).isEqualTo(128 + 15);
        }
    }

    @Test
    void shouldNeverBeginWhenItIsClosedBefore() throws Exception {
        Path file = temp.resolve("began");
        GatedCommand gated = GatedCommand.prepare(Platform.UNIX, List.of("touch", file.toString()), RunUser.OURSELVES);

        gated.close();

        assertThat(gated.awaitExit()).isNotZero();
        assertThat(Files.exists(file)).isFalse();
    }

    /** All but Windows itself: the process that waits, its lock, and what it starts. */
    @Test
    void shouldStartTheCommandAsItsChildWhereNoProcessCanBecomeAnother() throws Exception {
        Path file = temp.resolve("parent");
        List<String> command =
                List.of("/bin/sh", "-c", "printf '%s' \"$PPID $1\" >\"$0\"; exit 7", file.toString(), "a \"b\" ");
        try (GatedCommand gated = GatedCommand.prepare(Platform.WINDOWS, command, RunUser.OURSELVES)) {
            assertThat(file).doesNotExist();
            gated.open();

            assertThat(gated.awaitExit()).isEqualTo(7);
            assertThat(file).hasContent(gated.pid() + " a \"b\" ");
        }
    }

    /** As a pidcap that was killed leaves it. */
    @Test
    void shouldNotStartTheCommandWhenTheLockIsFreeAndNobodySaidSo() throws Exception {
        Path directory = leftBy(LockedFileGate.before(List.of("touch", "begun")));
        assertThat(LockedFileGate.await(directory)).isEmpty();

        Files.createFile(directory.resolve("may-begin"));
        assertThat(LockedFileGate.await(directory)).containsExactly("touch", "begun");
    }

    private Path leftBy(LockedFileGate gate) throws IOException {
        Path copy = Files.createDirectory(temp.resolve("left"));
        Path directory = directoryOf(gate);
        for (String name : List.of("lock", "command")) {
            Files.copy(directory.resolve(name), copy.resolve(name));
        }
        gate.close();
        return copy;
    }

    private static Path directoryOf(LockedFileGate gate) {
        return Path.of(gate.command().get(gate.command().size() - 1));
    }

    @Test
    void shouldNotStartTheCommandWhenTheGateIsGone() throws Exception {
        LockedFileGate gate = LockedFileGate.before(List.of("touch", "begun"));
        gate.close();
        assertThat(LockedFileGate.await(directoryOf(gate))).isEmpty();
    }

    @Test
    void shouldEndTheCommandThatWasStartedAsAChild() throws Exception {
        GatedCommand gated = GatedCommand.prepare(Platform.WINDOWS, List.of("sleep", "100"), RunUser.OURSELVES);
        gated.open();
        awaitChild(gated.pid(), "sleep");
        gated.signal("TERM");
        assertThat(gated.awaitExit()).isEqualTo(128 + 15);
        gated.close();
    }

    /** Not just any child: Java's own helper, which then becomes the command, would take the signal as a failed start. */
    private static void awaitChild(long pid, String name) {
        ProcessHandle waiting = ProcessHandle.of(pid).orElseThrow();
        long deadlineNanos = System.nanoTime() + 30_000_000_000L;
        while (waiting.children().noneMatch(child -> name.equals(nameOf(child.pid())))) {
            assertThat(System.nanoTime()).as("starting " + name).isLessThan(deadlineNanos);
            Thread.onSpinWait();
        }
    }

    private static String nameOf(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
