package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.OtherUser;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every mistake and every refusal is one clear line and an exit code of its kind; never a stack trace. */
class BadInputIT {
    @TempDir
    Path directory;

    private Pidcap pidcap;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT);
        pidcap = new Pidcap(directory);
    }

    @Test
    void shouldNameAnUnknownInterface() throws Exception {
        Pidcap.Result result = capture("-i", "nosuch0");
        assertOneLine(result, 4, "nosuch0", "pidcap interfaces");
    }

    @Test
    void shouldShowWhatTheLibrarySaysOfABadFilter() throws Exception {
        Pidcap.Result result = capture("-i", "lo", "-f", "prot 80");
        assertOneLine(result, 2, "prot 80", "syntax error");
    }

    @Test
    void shouldNotOverwriteAFileWithoutForce() throws Exception {
        Path file = Files.writeString(directory.resolve("mine.pcapng"), "mine");
        Pidcap.Result result = pidcap.run("capture", "-n", "x", "-i", "lo", "-w", file.toString());
        assertOneLine(result, 5, file.toString(), "--force");
        assertThat(Files.readString(file)).isEqualTo("mine");
    }

    @Test
    void shouldNameADirectoryThatDoesNotExist() throws Exception {
        Pidcap.Result result = pidcap.run(
                "capture",
                "-n",
                "x",
                "-i",
                "lo",
                "-w",
                directory.resolve("no/such/x.pcapng").toString());
        assertOneLine(result, 5, "no/such", "");
    }

    @Test
    void shouldNameAnUnknownSession() throws Exception {
        assertOneLine(pidcap.run("stop", "nosuch"), 4, "nosuch", "pidcap status");
        assertOneLine(pidcap.run("restart", "nosuch", "events"), 4, "nosuch", "pidcap status");
    }

    @Test
    void shouldSayThatTheOutputIsADirectory() throws Exception {
        assertOneLine(pidcap.run("capture", "-i", "lo", "-w", directory.toString()), 5, "is a directory", "--split");
    }

    @Test
    void shouldSayThatCapturingNeedsPrivilege() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Path theirs = OtherUser.give(Files.createDirectory(directory.resolve("theirs")));
        String file = theirs.resolve("x.pcapng").toString();
        Pidcap.Running running =
                new Pidcap(theirs).start(OtherUser.PREFIX, "capture", "-n", "x", "-i", "lo", "-w", file);
        assertOneLine(running.await(), 3, "lo", "sudo");
    }

    private Pidcap.Result capture(String... options) throws Exception {
        List<String> arguments = new java.util.ArrayList<>(List.of("capture", "-n", "x"));
        arguments.addAll(List.of("-w", directory.resolve("x.pcapng").toString()));
        arguments.addAll(List.of(options));
        return pidcap.run(arguments.toArray(String[]::new));
    }

    private static void assertOneLine(Pidcap.Result result, int exitCode, String what, String remedy) {
        assertThat(result.err()).contains(what).contains(remedy).doesNotContain("\tat ");
        assertThat(result.err().lines().filter(l -> l.startsWith("pidcap: ")).count())
                .as("lines of " + result.err())
                .isBetween(1L, 2L);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    }
}
