package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.OtherUser;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.RawPipe;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.SecretTee;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.protocol.v1.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Another user of the host tries what he should not be able to do; the files and processes tell him nothing. */
@Timeout(120)
class AccessIT {
    private static final String SERVER = "127.232.0.1";
    private static final String TARGET = "127.232.0.2";
    private static final int NO_PERMISSION = 3;
    private static final int OUTPUT = 5;

    @TempDir
    Path directory;

    private Path file;
    private Pidcap pidcap;
    private StartedSessions sessions;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        file = directory.resolve("out.pcapng");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    private String start(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("-n", "it-target", "-i", "lo", "-w", file.toString()));
        options.addAll(List.of(more));
        return sessions.start(List.of(), options);
    }

    private Path home() {
        return directory.resolve("state");
    }

    private Path session(String id) {
        return home().resolve("sessions").resolve(id);
    }

    private void assertStillCaptures(String id) throws Exception {
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER);
                TrafficProgram target = TrafficProgram.start(
                        directory, "it-target", "client", "tcp", TARGET, SERVER, Integer.toString(echo.readPort()))) {
            target.tell("open");
            target.tell("send 10 100");
            Status.awaitEventsUntilNow(pidcap);
        }
        JsonNode report = sessions.stop(id);
        assertThat(report.get("gaps")).isEmpty();
        assertThat(Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                        .mapToLong(Long::parseLong)
                        .sum())
                .isEqualTo(2 * 10 * 100);
    }

    @Test
    void shouldKeepEverythingPrivate() throws Exception {
        String id = start("--keep-all");
        for (Path one : List.of(
                home(), home().resolve("sessions"), session(id), session(id).resolve("logs"))) {
            assertThat(mode(one)).as("%s", one).isEqualTo("rwx------");
        }
        // The capture-worker, another user by then, makes files in it; who has it not open does not come there.
        assertThat(mode(session(id).resolve("spool"))).isEqualTo("rwx-wx-wx");
        for (Path one : List.of(
                session(id).resolve("worker.sock"),
                session(id).resolve("control.sock"),
                session(id).resolve("logs/coordinator.log"),
                session(id).resolve("session.json"),
                directory.resolve("out.pcapng.part"))) {
            assertThat(mode(one)).as("%s", one).isEqualTo("rw-------");
        }
        openTheWay();
        for (Path one :
                List.of(home(), session(id).resolve("spool"), session(id).resolve("logs"))) {
            assertDenied(OtherUser.run("ls", one.toString()));
        }
        assertDenied(OtherUser.run("cat", session(id).resolve("session.json").toString()));
        assertDenied(OtherUser.run("cat", directory.resolve("out.pcapng.part").toString()));
        assertDenied(OtherUser.connect(session(id).resolve("control.sock"), new byte[1]));
        assertDenied(OtherUser.connect(session(id).resolve("worker.sock"), new byte[1]));
        assertStillCaptures(id);
        assertDenied(OtherUser.run("cat", file.toString()));
        assertDenied(OtherUser.run("ls", session(id).resolve("spool").toString()));
    }

    private static void assertDenied(OtherUser.Result result) {
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.said()).contains("Permission denied");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** The test's own directory is no hindrance. */
    private void openTheWay() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void shouldRefuseAnotherUserWhoGetsToTheSockets() throws Exception {
        String id = start();
        openTheWay();
        for (Path one : List.of(home(), home().resolve("sessions"), session(id))) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path control = session(id).resolve("control.sock");
        Path worker = session(id).resolve("worker.sock");
        for (Path socket : List.of(control, worker)) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        for (byte[] hello : List.of(
                RawPipe.hello(RawPipe.commandHello()),
                RawPipe.hello(
                        RawPipe.commandHello().setRole(Role.ROLE_EVENT_WORKER).setRun(1)))) {
            assertThat(OtherUser.connect(worker, hello).said())
                    .contains("the session belongs to root, and you are nobody");
        }
        assertThat(OtherUser.connect(control, RawPipe.hello(RawPipe.commandHello()))
                        .said())
                .contains("the session belongs to root, and you are nobody");
        assertThat(Status.onlySession(pidcap).at("/refused/not_allowed").asLong())
                .isEqualTo(3);

        Path lib = directory.resolve("lib");
        copy(Path.of(System.getProperty("pidcap.dist"), "lib"), lib);
        for (List<String> command :
                List.of(List.of("stop", id), List.of("restart", id, "capture"), List.of("status"))) {
            OtherUser.Result result = asOther(lib, command);
            assertThat(result.exitCode()).as(result.said()).isEqualTo(NO_PERMISSION);
            assertThat(result.said())
                    .contains("is not safe: it belongs to root")
                    .doesNotContain("\tat ");
        }
        assertStillCaptures(id);
        assertThat(Files.readString(session(id).resolve("logs/coordinator.log")))
                .contains("worker.sock: a peer was refused (not_allowed, 1 so far)")
                .contains("control.sock: a peer was refused (not_allowed, 1 so far)");
    }

    private OtherUser.Result asOther(Path lib, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "PIDCAP_HOME=" + home()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:-UsePerfData",
                "-jar",
                lib.resolve("pidcap-coordinator.jar").toString()));
        command.addAll(arguments);
        return OtherUser.run(command.toArray(String[]::new));
    }

    @Test
    void shouldRefuseAStateDirectoryThatSomebodyElseCanExchange() throws Exception {
        openTheWay();
        Path theirs = OtherUser.give(Files.createDirectory(directory.resolve("theirs")));
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        Files.createSymbolicLink(home(), theirs);
        assertRefused(NO_PERMISSION, "it is a symbolic link", pidcap.run("start", "-n", "x", "-w", file.toString()));
        Files.delete(home());
        OtherUser.give(Files.createDirectory(home()));
        assertRefused(NO_PERMISSION, "it belongs to nobody", pidcap.run("start", "-n", "x", "-w", file.toString()));
        Files.delete(home());
        Files.createDirectory(home());
        Files.createSymbolicLink(home().resolve("sessions"), theirs);
        assertRefused(NO_PERMISSION, "it is a symbolic link", pidcap.run("start", "-n", "x", "-w", file.toString()));
        Files.delete(home().resolve("sessions"));
        Files.delete(home());

        for (Path parent : List.of(theirs, open)) {
            Pidcap below = new Pidcap(parent);
            String why = parent.equals(open) ? "everybody may write to " + open : theirs + " belongs to nobody";
            assertRefused(NO_PERMISSION, why, below.run("start", "-n", "x", "-w", file.toString()));
            assertThat(parent.resolve("state")).doesNotExist();
        }
        assertThat(theirs.resolve("state")).doesNotExist();
        assertThat(file).doesNotExist();
    }

    private static void assertRefused(int exitCode, String why, Pidcap.Result result) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(why).doesNotContain("\tat ");
    }

    @Test
    void shouldNotFollowAnotherUsersLinksToWriteTheOutput() throws Exception {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        OtherUser.Result sticky = OtherUser.run("true");
        assertThat(sticky.exitCode()).isZero();
        assertThat(new ProcessBuilder("chmod", "1777", shared.toString())
                        .start()
                        .waitFor())
                .isZero();
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Path folder = Files.createDirectory(directory.resolve("folder"));

        // In the place of the directory.
        OtherUser.give(Files.createSymbolicLink(shared.resolve("dir"), folder));
        file = shared.resolve("dir/out.pcapng");
        assertRefused(OUTPUT, "dir is a symbolic link of nobody where everybody may make one", startFails());
        // In the place of the unfinished file.
        file = shared.resolve("out.pcapng");
        Path part = OtherUser.give(Files.createSymbolicLink(shared.resolve("out.pcapng.part"), victim));
        assertRefused(OUTPUT, "out.pcapng.part: File exists", startFails());
        Files.delete(part);
        // In the place of the file.
        OtherUser.give(Files.createSymbolicLink(file, victim));
        assertRefused(OUTPUT, "out.pcapng: File exists", startFails());
        String id = start("--force");
        assertStillCaptures(id);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(victim).hasContent("precious");
        try (Stream<Path> inFolder = Files.list(folder)) {
            assertThat(inFolder).isEmpty();
        }
        // Our own link is what we want.
        Files.createSymbolicLink(shared.resolve("ours"), folder);
        file = shared.resolve("ours/out.pcapng");
        assertStillCaptures(start());
        assertThat(folder.resolve("out.pcapng")).isRegularFile();
    }

    private Pidcap.Result startFails() throws Exception {
        return pidcap.run("start", "-n", "it-target", "-i", "lo", "-w", file.toString());
    }

    @Test
    void shouldNotEndASplitSessionOverFilesThatSomebodyElseHasMade() throws Exception {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        OtherUser.give(Files.createSymbolicLink(shared.resolve("out-it-target.pcapng"), shared.resolve("nowhere")));
        OtherUser.give(Files.createSymbolicLink(shared.resolve("out-it-target-2.pcapng.part"), victim));
        file = shared.resolve("out.pcapng");
        String id = start("--split");
        file = shared.resolve("out-it-target-3.pcapng");
        assertStillCaptures(id);
        assertThat(victim).hasContent("precious");
        assertThat(shared.resolve("nowhere")).doesNotExist();
    }

    @Test
    void shouldShowTheSecretNowhere() throws Exception {
        SecretTee tee = SecretTee.in(directory);
        pidcap = new Pidcap(directory, tee.jvmOption());
        sessions = new StartedSessions(pidcap);
        String id = start("--debug", "--keep-all");
        String secret = tee.take();
        assertThat(secret).hasSize(64);
        List<String> found = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(p -> p.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                for (String name : List.of("cmdline", "environ")) {
                    lookInto(process.resolve(name), secret, found);
                }
            }
        }
        try (RawPipe stranger = RawPipe.connect(session(id).resolve("worker.sock"))) {
            stranger.send(RawPipe.hello(
                    RawPipe.commandHello().setRole(Role.ROLE_EVENT_WORKER).setRun(1)));
            stranger.awaitClosed();
        }
        assertStillCaptures(id);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                lookInto(one, secret, found);
            }
        }
        assertThat(found).isEmpty();
        assertThat(session(id).resolve("journal")).isRegularFile();
    }

    private static void lookInto(Path one, String secret, List<String> found) throws IOException {
        try {
            // As bytes of a message it would be raw.
            String text = new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1);
            String raw = new String(HexFormat.of().parseHex(secret), StandardCharsets.ISO_8859_1);
            if (text.toLowerCase(Locale.ROOT).contains(secret) || text.contains(raw)) {
                found.add(one.toString());
            }
        } catch (NoSuchFileException | AccessDeniedException e) {
            // The process has ended since it was listed, or not even root may look.
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No such process")) {
                throw e;
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path one : files.toList()) {
                Files.copy(one, to.resolve(from.relativize(one).toString()));
            }
        }
    }
}
