package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** tshark and dumpcap themselves, with a home of their own in which pidcap is installed as an extcap. */
class ExtcapIT {
    private static final String SERVER_ADDRESS = "127.187.0.1";
    private static final String TARGET_ADDRESS = "127.187.0.2";
    private static final String OTHER_ADDRESS = "127.187.0.3";
    private static final List<String> ON_LOOPBACK = List.of("-o", "extcap.pidcap.interface:lo");
    private static final int MESSAGES = 5;
    private static final long END_SECONDS = 30;

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();
    private Pidcap pidcap;
    private StartedSessions sessions;
    private Path home;
    private Path said;

    @BeforeEach
    void install() throws Exception {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        home = Files.createDirectory(directory.resolve("home"));
        said = directory.resolve("said.txt");
        Pidcap.Result installed = atHome("extcap", "--install");
        assertThat(installed.exitCode()).as(installed.err()).isZero();
        assertThat(installed.out()).contains("wrote " + home).contains("capturing needs root");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        started.forEach(Process::destroyForcibly);
        sessions.close();
    }

    @Test
    void shouldBeListedWhileItIsInstalled() throws Exception {
        assertThat(interfacesOfTshark()).anyMatch(line -> line.endsWith(". pidcap (pidcap: packets of a process)"));
        Pidcap.Result removed = atHome("extcap", "--uninstall");
        assertThat(removed.exitCode()).as(removed.err()).isZero();
        assertThat(removed.out()).contains("removed " + home);
        assertThat(interfacesOfTshark()).isNotEmpty().noneMatch(line -> line.contains("pidcap"));
        assertThat(atHome("extcap", "--uninstall").out()).contains("it was not there");
    }

    /** The process is picked out of the list; its name has what the list's grammar cannot carry. */
    @Test
    void shouldGiveTsharkThePacketsOfTheProcessThatWasChosen() throws Exception {
        Path file = directory.resolve("out.pcapng");
        try (TrafficProgram echo = echo()) {
            int port = echo.readPort();
            String[] oddly = {"client", "udp", TARGET_ADDRESS, SERVER_ADDRESS, Integer.toString(port)};
            try (TrafficProgram target = TrafficProgram.start(directory, oddName("it {ext}%=cap"), oddly);
                    TrafficProgram other = client("it-other", OTHER_ADDRESS, port)) {
                String choice = valueOf("it (ext)%=cap (pid " + target.pid() + ")");
                List<String> options = new ArrayList<>(ON_LOOPBACK);
                options.addAll(List.of("-o", "extcap.pidcap.process:" + choice));
                options.addAll(List.of("-o", "extcap.pidcap.snaplen:100", "-f", "udp"));
                options.addAll(List.of("-w", file.toString()));
                Process tshark = tshark(options);
                awaitCapturing();
                List<ProcessHandle> below = tshark.descendants().toList();
                assertThat(below).as("dumpcap, pidcap and its workers").hasSize(4);
                talk(target, other, file);
                tshark.destroy();
                assertThat(exitOf(tshark)).as(Files.readString(said)).isZero();
                assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
                assertThat(Tshark.fields(file, "", "frame.comment"))
                        .hasSize(2 * MESSAGES)
                        .allMatch(comment -> comment.contains(" pid=" + target.pid() + " "));
            }
        }
        assertThat(Tshark.count(file, "ip.addr == " + TARGET_ADDRESS)).isEqualTo(2 * MESSAGES);
        assertThat(Tshark.count(file, "ip.addr == " + OTHER_ADDRESS)).isZero();
        assertThat(Tshark.count(file, "frame.cap_len == 100 && frame.len > 100"))
                .isEqualTo(2 * MESSAGES);
        assertThat(Files.readString(said)).contains("Capturing on").doesNotContain("Error");
        assertThat(onlyEnded().get("state").asString()).isEqualTo("finished");
    }

    /** dumpcap knows no extcap: it reads the pipe that the extcap writes. */
    @Test
    void shouldGiveDumpcapThePacketsThroughItsPipe() throws Exception {
        Path file = directory.resolve("out.pcapng");
        Path pipe = pipe();
        Process dumpcap = start(List.of("dumpcap", "-q", "-i", pipe.toString(), "-w", file.toString()));
        Pidcap.Running capture = capture(pipe, "--process", "name:it-target");
        awaitCapturing();
        talkTo(file);
        capture.process().destroy();
        Pidcap.Result result = capture.await();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out() + result.err()).isEmpty();
        assertThat(exitOf(dumpcap)).as(Files.readString(said)).isZero();
        assertThat(Tshark.fields(file, "", "frame.comment"))
                .hasSize(2 * MESSAGES)
                .allMatch(comment -> comment.startsWith("process=it-target "));
        assertThat(Tshark.count(file, "ip.addr == " + OTHER_ADDRESS)).isZero();
        assertThat(onlyEnded().get("state").asString()).isEqualTo("finished");
    }

    @Test
    void shouldEndWhenThePipeIsClosed() throws Exception {
        Path pipe = pipe();
        Process reader = start(List.of("head", "-c", "300", pipe.toString()));
        Pidcap.Running capture = capture(pipe, "--name", "it-*");
        awaitCapturing();
        try (TrafficProgram echo = echo();
                TrafficProgram target = client("it-target", TARGET_ADDRESS, echo.readPort())) {
            target.tell("open");
            // Each is a packet at which the pipe may be found closed.
            Await.until("pidcap ends by itself", () -> {
                target.tell("send 1 100");
                return !capture.process().isAlive();
            });
        }
        Pidcap.Result result = capture.await();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out() + result.err()).isEmpty();
        assertThat(exitOf(reader)).isZero();
        assertThat(onlyEnded().get("state").asString()).isEqualTo("finished");
    }

    /** Nothing is captured any more that could show that nobody reads. */
    @Test
    void shouldEndWhenTsharkIsKilledWhileNothingIsCaptured() throws Exception {
        List<String> options = new ArrayList<>(ON_LOOPBACK);
        options.addAll(List.of("-o", "extcap.pidcap.name:no-such-program"));
        Process tshark = tshark(options);
        awaitCapturing();
        List<ProcessHandle> below = tshark.descendants().toList();
        tshark.destroyForcibly();
        Await.until("all of it is gone", () -> below.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(onlyEnded().get("state").asString()).isEqualTo("finished");
    }

    @Test
    void shouldTellInTsharkWhyItCannotCapture() throws Exception {
        List<String> unprivileged = new ArrayList<>(
                List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "tshark", "-n", "-i", "pidcap"));
        unprivileged.addAll(ON_LOOPBACK);
        unprivileged.addAll(List.of("-a", "duration:60"));
        Process tshark = start(unprivileged);
        exitOf(tshark);
        assertThat(Files.readString(said))
                .contains("Error by extcap pipe: pidcap: ")
                .contains("run as root");

        List<String> wrong = new ArrayList<>(ON_LOOPBACK);
        wrong.addAll(List.of("-f", "no filter", "-a", "duration:60"));
        exitOf(tshark(wrong));
        assertThat(Files.readString(said))
                .contains("Error by extcap pipe: pidcap: filter \"no filter\" on lo")
                .contains("syntax error");
    }

    @Test
    void shouldWriteToANamedPipeOnlyInTheForeground() throws Exception {
        Path pipe = pipe();
        Pidcap.Result result = pidcap.run("start", "-n", "x", "-w", pipe.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("only `pidcap capture` writes packets to a named pipe");
        assertThat(result.err().lines()).hasSize(1);
    }

    @Test
    void shouldLeaveThePipeOfASessionWhoseCoordinatorDiedAlone() throws Exception {
        Path pipe = pipe();
        Process reader = start(List.of("cat", pipe.toString()));
        Pidcap.Running capture = capture(pipe, "--name", "it-*");
        awaitCapturing();
        capture.process().destroyForcibly().waitFor();
        exitOf(reader);
        Pidcap.Result recovered = pidcap.run("recover");
        assertThat(recovered.exitCode()).as(recovered.err()).isZero();
        assertThat(recovered.out() + recovered.err()).contains("its packets went to " + pipe);
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(directory.resolve("pipe.part")).doesNotExist();
    }

    /** A link by which a copy of Python is called; the process goes by the copy's name. */
    private String oddName(String name) throws IOException {
        Path copy = directory.resolve(name);
        Files.copy(Path.of("/usr/bin/python3").toRealPath(), copy);
        Files.createSymbolicLink(directory.resolve("it-odd"), copy);
        return "it-odd";
    }

    /** Of the process that the list shows so. */
    private String valueOf(String display) throws Exception {
        Pidcap.Result options = atHome("extcap", "--extcap-config", "--extcap-interface", "pidcap");
        assertThat(options.exitCode()).as(options.err()).isZero();
        Pattern value =
                Pattern.compile("value \\{arg=0\\}\\{value=([^{}]*)\\}\\{display=" + Pattern.quote(display) + "\\}.*");
        List<String> found = options.out()
                .lines()
                .map(value::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();
        assertThat(found).as(options.out()).hasSize(1);
        return found.get(0);
    }

    private void talkTo(Path file) throws Exception {
        try (TrafficProgram echo = echo()) {
            int port = echo.readPort();
            try (TrafficProgram target = client("it-target", TARGET_ADDRESS, port);
                    TrafficProgram other = client("it-other", OTHER_ADDRESS, port)) {
                talk(target, other, file);
            }
        }
    }

    /** Until what the target said and heard is in the file; the other one is done before. */
    private static void talk(TrafficProgram target, TrafficProgram other, Path file) throws Exception {
        other.tell("open");
        other.tell("send " + MESSAGES + " 200");
        target.tell("open");
        target.tell("send " + MESSAGES + " 200");
        Await.until("the packets are in " + file, () -> {
            try {
                return Tshark.count(file, "") >= 2 * MESSAGES;
            } catch (IOException e) {
                // It is being written, or not there yet.
                return false;
            }
        });
    }

    private Pidcap.Running capture(Path pipe, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("extcap", "--capture", "--extcap-interface", "pidcap"));
        arguments.addAll(List.of("--extcap-capture-filter", "udp", "--fifo", pipe.toString(), "--interface", "lo"));
        arguments.addAll(List.of(options));
        Pidcap.Running running = pidcap.start(arguments.toArray(String[]::new));
        started.add(running.process());
        return running;
    }

    private Path pipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(exitOf(start(List.of("mkfifo", pipe.toString())))).isZero();
        return pipe;
    }

    private Process tshark(List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-i", "pidcap"));
        command.addAll(options);
        return start(command);
    }

    private List<String> interfacesOfTshark() throws Exception {
        Path list = directory.resolve("interfaces.txt");
        ProcessBuilder builder = new ProcessBuilder("tshark", "-D").redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment());
        assertThat(exitOf(builder.redirectOutput(list.toFile()).start())).isZero();
        return Files.readAllLines(list);
    }

    /** What it says, on both streams, is in {@link #said}. */
    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(environment());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Map<String, String> environment() {
        return Map.of(
                "HOME",
                home.toString(),
                "PIDCAP_HOME",
                directory.resolve("state").toString());
    }

    private static int exitOf(Process process) throws InterruptedException {
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    private Pidcap.Result atHome(String... arguments) throws Exception {
        return pidcap.start(List.of("env", "HOME=" + home), arguments).await();
    }

    private void awaitCapturing() {
        Await.until("the session is ready", () -> {
            JsonNode all = Status.parse(pidcap.run("status", "--json").out());
            return all.size() == 1 && all.get(0).get("state").asString().equals("capturing");
        });
    }

    private JsonNode onlyEnded() throws Exception {
        JsonNode all = Status.parse(pidcap.run("status", "--all", "--json").out());
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private TrafficProgram echo() throws IOException {
        return TrafficProgram.start(directory, "it-echo", "udp-server", SERVER_ADDRESS);
    }

    private TrafficProgram client(String name, String address, int port) throws IOException {
        return TrafficProgram.start(directory, name, "client", "udp", address, SERVER_ADDRESS, Integer.toString(port));
    }
}
