package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import io.pidcap.host.RequiredFeature;
import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are gone before anybody could look at them. */
class ShortLivesTest {
    private static final String NAME = "a-program-with-a-name-longer-than-comm";
    private static final int PROCESSES = 200;

    private static final String SOURCE = """
            #include <netinet/in.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/socket.h>
            #include <unistd.h>
            /* One connection to the port that is given, and nothing else; or then as the one that is named next; or stays. */
            int main(int argc, char **argv)
            {
                struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
                int s = socket(AF_INET, SOCK_STREAM, 0);
                to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                if (connect(s, (struct sockaddr *)&to, sizeof(to)) || write(s, "x", 1) != 1)
                    return 1;
                if (argc > 2 && strcmp(argv[2], "stay"))
                    return execv("/proc/self/exe", argv + 2);
                return argc > 2 ? read(0, &to, 1) : 0;
            }
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void require() {
        SocketActor.require();
        Ebpf.require();
        Ebpf.requireFeature("events-names");
    }

    private Path compile() throws IOException, InterruptedException {
        Path source = directory.resolve("short.c");
        Files.writeString(source, SOURCE);
        Path program = directory.resolve(NAME);
        Path compiler = Path.of("/usr/bin/cc");
        RequiredFeature.require(
                "cc", Files.isExecutable(compiler), "needs a C compiler for a program that lives for 1 ms");
        Process cc = new ProcessBuilder(compiler.toString(), "-O1", "-o", program.toString(), source.toString())
                .inheritIO()
                .start();
        assertThat(cc.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(cc.exitValue()).isZero();
        return program;
    }

    @Test
    void shouldKnowTheFileWhateverItsPathWasRelativeTo() throws IOException, InterruptedException {
        Ebpf.requireFeature("events-executables");
        Path program = compile();
        Path deep = Files.createDirectories(directory.resolve("a/b/c".repeat(20)));
        Files.copy(program, deep.resolve(NAME));
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen(400)");
            int server = actor.number("l.getsockname()[1]");
            String mount =
                    "mount --bind %s %s && cd %s && ./%s %d; true".formatted(directory, mounted, mounted, NAME, server);
            actor.run(
                    "assert subprocess.Popen(['./" + NAME + "', '" + server + "'], cwd='" + deep + "').wait() == 0",
                    "assert subprocess.Popen(['unshare', '-m', 'sh', '-c', '" + mount + "']).wait() == 0");
            watched.catchUp();
            assertThat(watched.of(event -> event.kind() == Kind.OPENED
                            && event.tuple().remote().port() == server
                            && event.owner().pid() != actor.pid()))
                    .extracting(event -> watched.info(event).executable())
                    .containsExactly(
                            deep.toRealPath().resolve(NAME).toString(),
                            mounted.toRealPath().resolve(NAME).toString());
        }
    }

    /** It is the third program by the time the records of the first are read; all three are the same file. */
    @Test
    void shouldTellOfEachProgramThatAProcessWasInItsTurn() throws IOException, InterruptedException {
        Ebpf.requireFeature("events-executables");
        Path program = compile();
        List<String> names = List.of("first-of-all", "then-another", "and-a-third");
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen(400)");
            int server = actor.number("l.getsockname()[1]");
            String arguments = "['" + String.join("', '" + server + "', '", names) + "', '" + server + "', 'stay']";
            actor.run(
                    "many = [subprocess.Popen(" + arguments + ", executable='" + program + "', stdin=-1)"
                            + " for i in range(100)]",
                    "for p in many: l.accept()[0].recv(1); l.accept()[0].recv(1); l.accept()[0].recv(1)",
                    "pids = [p.pid for p in many]");
            watched.catchUp();
            actor.run("for p in many: p.stdin.close()");
            for (String pid : actor.run("' '.join(map(str, pids))").split(" ")) {
                assertThat(watched.collector.told)
                        .filteredOn(info -> info.identity().pid() == Integer.parseInt(pid)
                                && (info.ownProgramSince() != null || info.changedSince() != null))
                        .extracting(info -> info.arguments().get(0))
                        .isEqualTo(names);
            }
        }
    }

    @Test
    void shouldKnowThePathOfWhatIsStartedFromTheDirectoryOfItsParent() throws IOException, InterruptedException {
        Path program = compile();
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("os.chdir('" + directory + "')", "l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen(400)");
            int server = actor.number("l.getsockname()[1]");
            actor.run("for i in range(20): assert subprocess.Popen(['./" + NAME + "', '" + server + "']).wait() == 0");
            watched.catchUp();
            List<FlowEvent> connected = watched.of(event -> event.kind() == Kind.OPENED
                    && event.tuple().remote().port() == server
                    && event.owner().pid() != actor.pid());
            assertThat(connected).hasSize(20);
            assertThat(connected)
                    .allSatisfy(event -> assertThat(watched.info(event).executable())
                            .isEqualTo(program.toRealPath().toString()));
        }
    }

    @Test
    void shouldKnowEachByItsFullNameAndParent() throws IOException, InterruptedException {
        Path program = compile();
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, program);
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("l = tcp()", "l.bind(('127.0.0.1', 0))", "l.listen(400)");
            int server = actor.number("l.getsockname()[1]");
            actor.run(
                    "pids = []",
                    "for i in range(" + PROCESSES + "):",
                    "    p = subprocess.Popen(['" + link + "', '" + server + "'])",
                    "    assert p.wait() == 0",
                    "    pids.append(p.pid)");
            watched.catchUp();

            Set<Integer> pids = new HashSet<>();
            for (String pid : actor.run("' '.join(map(str, pids))").split(" ")) {
                pids.add(Integer.parseInt(pid));
            }
            List<FlowEvent> connected = watched.of(event -> event.kind() == Kind.OPENED
                    && event.tuple().remote().port() == server
                    && pids.contains(event.owner().pid()));
            assertThat(connected).hasSize(PROCESSES);
            Set<Endpoint> locals = new HashSet<>();
            List<ProcessIdentity> exits = new ArrayList<>(watched.collector.exits);
            for (FlowEvent event : connected) {
                ProcessInfo info = watched.info(event);
                assertThat(info.name()).isEqualTo(NAME);
                assertThat(info.executable()).isEqualTo(program.toRealPath().toString());
                assertThat(info.parentPid()).isEqualTo(actor.pid());
                assertThat(info.userId()).isZero();
                assertThat(locals.add(event.tuple().local())).isTrue();
                assertThat(exits).contains(event.owner());
                assertThat(watched.of(Watched.is(
                                Kind.CLOSED, event.socketId(), event.owner().pid())))
                        .hasSize(1);
                assertThat(watched.collector.processes.keySet().stream()
                                .filter(identity ->
                                        identity.pid() == event.owner().pid()))
                        .as("one identity in everything that is told of a process")
                        .containsExactly(event.owner());
            }
        }
    }

    @Test
    void shouldGiveAForkThatExecutesNothingItsParentsName() {
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("child = os.fork()", "if child == 0:", "    u = udp(); u.bind(('127.0.0.1', 0)); os._exit(0)");
            int child = actor.number("child");
            actor.run("_ = os.waitpid(child, 0)");
            FlowEvent opened = watched.await(event -> event.owner().pid() == child);
            ProcessInfo info = watched.info(opened);
            ProcessInfo parent = watched.collector.snapshot.processes().stream()
                    .filter(each -> each.identity().pid() == actor.pid())
                    .findFirst()
                    .orElseThrow();
            assertThat(info.name()).isEqualTo(parent.name());
            assertThat(info.parentPid()).isEqualTo(actor.pid());
            assertThat(info.identity().startNanos())
                    .isGreaterThanOrEqualTo(parent.identity().startNanos());
        }
    }

    @Test
    void shouldKnowAScriptByItsInterpreterAsProcDoes() throws IOException {
        Path script = directory.resolve("a-script.py");
        Files.writeString(
                script,
                "#!" + SocketActor.python() + "\nfrom socket import *\nu = socket(AF_INET, SOCK_DGRAM)\n"
                        + "u.bind(('127.0.0.1', 0))\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run("p = subprocess.Popen(['" + script + "'])", "_ = p.wait()");
            int pid = actor.number("p.pid");
            FlowEvent opened = watched.await(event -> event.owner().pid() == pid);
            watched.catchUp();
            assertThat(watched.info(opened).executable())
                    .isEqualTo(Path.of(SocketActor.python()).toRealPath().toString());
            assertThat(watched.info(opened).comm()).isEqualTo("a-script.py");
        }
    }

    @Test
    void shouldTellANewNameOfTheMainThread() {
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            long before = System.nanoTime();
            actor.run("import ctypes", "ctypes.CDLL(None).prctl(15, b'x)y', 0, 0, 0)");
            long after = System.nanoTime();
            watched.collector.awaitThat(() -> watched.collector.processes.values().stream()
                    .anyMatch(info ->
                            info.identity().pid() == actor.pid() && info.comm().equals("x)y")));
            assertThat(watched.collector.processes.values())
                    .filteredOn(info -> info.identity().pid() == actor.pid())
                    .singleElement()
                    .satisfies(info -> assertThat(info.changedSince())
                            .isNotNull()
                            .extracting(ObservedTime::monotonicNanos)
                            .asInstanceOf(LONG)
                            .isBetween(before, after));
        }
    }

    @Test
    void shouldKnowTheMainThreadsProcessWhateverAThreadIsCalled() {
        try (PythonActor actor = PythonActor.start();
                Watched watched = Watched.begin()) {
            actor.run(
                    "import ctypes, threading",
                    "def work():",
                    "    global u",
                    "    ctypes.CDLL(None).prctl(15, b'pool-1', 0, 0, 0)",
                    "    u = udp(); u.bind(('127.0.0.1', 0))",
                    "t = threading.Thread(target=work); t.start(); t.join()");
            int port = actor.number("u.getsockname()[1]");
            FlowEvent opened = watched.awaitOpened(Watched.udp(Watched.end("127.0.0.1", port), Endpoint.NONE));
            assertThat(opened.owner().pid()).isEqualTo(actor.pid());
            assertThat(watched.info(opened).comm()).startsWith("python3");
        }
    }
}
