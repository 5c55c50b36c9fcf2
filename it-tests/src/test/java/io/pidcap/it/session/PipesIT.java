package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.RawPipe;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.PipeLimits;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A process of the session's own user attacks its sockets: it is refused and told why, and the capture goes on. */
@Timeout(180)
class PipesIT {
    private static final String SERVER = "127.231.0.1";
    private static final String TARGET = "127.231.0.2";
    private static final String OTHER = "127.231.0.3";

    @TempDir
    Path directory;

    private Path file;
    private Pidcap pidcap;
    private StartedSessions sessions;
    private String id = "";
    private long sentEachWay;

    @BeforeEach
    void start() throws Exception {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        file = directory.resolve("out.pcapng");
        id = sessions.start(List.of(), List.of("-n", "it-target", "-i", "lo", "-w", file.toString()));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    /** What is done to the session while its program talks. */
    private interface Attack {
        void run() throws Exception;
    }

    /** The program talks before, after and while; all of it and nothing else has to be in the file. */
    private JsonNode captureBeside(Attack attack) throws Exception {
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            int port = echo.readPort();
            try (TrafficProgram target = client("it-target", TARGET, port);
                    TrafficProgram other = client("it-other", OTHER, port)) {
                target.tell("open");
                other.tell("open");
                talk(target, other);
                AtomicBoolean over = new AtomicBoolean();
                Thread talker = new Thread(() -> {
                    try {
                        do {
                            talk(target, other);
                        } while (!over.get());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                talker.start();
                attack.run();
                over.set(true);
                talker.join();
                talk(target, other);
            }
        }
        JsonNode report = sessions.stop(id);
        assertThat(report.get("state").asString()).isEqualTo("finished");
        assertThat(report.get("failure").isNull()).isTrue();
        long payload = Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
        assertThat(payload).as("of %s", report).isEqualTo(2 * sentEachWay);
        assertThat(Tshark.count(file, "!(ip.addr==" + TARGET + ")")).isZero();
        return report;
    }

    private TrafficProgram client(String name, String address, int port) throws IOException {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER, Integer.toString(port));
    }

    private void talk(TrafficProgram target, TrafficProgram other) throws IOException {
        target.tell("send 20 100");
        other.tell("send 5 100");
        sentEachWay += 20 * 100;
    }

    private Path workerSocket() {
        return sessionDirectory().resolve("worker.sock");
    }

    private Path controlSocket() {
        return sessionDirectory().resolve("control.sock");
    }

    private Path sessionDirectory() {
        return directory.resolve("state/sessions").resolve(id);
    }

    private String log() throws IOException {
        return Files.readString(sessionDirectory().resolve("logs/coordinator.log"));
    }

    /** Of the session, which runs or is over. */
    private static long refused(JsonNode report, String cause) {
        return report.at("/refused/" + cause).asLong(0);
    }

    private static void assertUndisturbed(JsonNode report) {
        assertThat(report.get("gaps")).isEmpty();
        assertThat(report.get("workerRuns")).hasSize(2);
    }

    @Test
    void shouldRefuseEveryKindOfStrangerWithItsReason() throws Exception {
        JsonNode report = captureBeside(() -> {
            for (Path socket : List.of(workerSocket(), controlSocket())) {
                refusedFor(
                        socket, new byte[] {-1, -1, -1, 0x7f}, RejectReason.REJECT_REASON_PROTOCOL, "over the limit");
                // More than a Hello has, and less than a message may have.
                refusedFor(
                        socket,
                        new byte[] {(byte) 0x80, (byte) 0x80, 0x20},
                        RejectReason.REJECT_REASON_PROTOCOL,
                        "over the limit");
                refusedFor(
                        socket,
                        RawPipe.getStatus(1),
                        RejectReason.REJECT_REASON_PROTOCOL,
                        "first message must be HELLO");
                refusedFor(
                        socket,
                        RawPipe.frame(Envelope.newBuilder().setSequence(2).setHello(RawPipe.commandHello())),
                        RejectReason.REJECT_REASON_PROTOCOL,
                        "message 1 was due");
                refusedFor(
                        socket,
                        RawPipe.hello(RawPipe.commandHello().setWireMajor(7).setBuild("a\nforged line")),
                        RejectReason.REJECT_REASON_VERSION,
                        "a?forged line) 7.0");
            }
            wrongSecrets();
            refusedFor(
                    controlSocket(),
                    RawPipe.hello(workerHello(Role.ROLE_EVENT_WORKER, 1)),
                    RejectReason.REJECT_REASON_PROTOCOL,
                    "not for workers");
            garbage(workerSocket());
            garbage(controlSocket());
        });
        assertUndisturbed(report);
        assertThat(refused(report, "protocol")).isGreaterThan(2 * 4);
        assertThat(refused(report, "version")).isEqualTo(2);
        assertThat(refused(report, "secret")).isEqualTo(3);
        assertThat(log())
                .contains("over the limit", "first message must be HELLO", "not for workers", "run 1 of ROLE_CAPTURE")
                .doesNotContain("\nforged line");
    }

    private static Hello.Builder workerHello(Role role, int run) {
        return RawPipe.commandHello()
                .setRole(role)
                .setRun(run)
                .setPid(4711)
                .setSecret(WorkerSecret.generate().toBytes());
    }

    private void wrongSecrets() throws Exception {
        for (Hello.Builder hello : List.of(
                workerHello(Role.ROLE_CAPTURE_WORKER, 1),
                workerHello(Role.ROLE_EVENT_WORKER, 2),
                RawPipe.commandHello())) {
            refusedFor(
                    workerSocket(),
                    RawPipe.hello(hello),
                    RejectReason.REJECT_REASON_SECRET,
                    "is not expected, or its secret is wrong or was used before");
        }
    }

    private static void refusedFor(Path socket, byte[] said, RejectReason reason, String words) throws IOException {
        try (RawPipe raw = RawPipe.connect(socket)) {
            raw.send(said);
            Envelope answer = Objects.requireNonNull(raw.read(), "closed without an answer");
            assertThat(answer.getReject().getReason()).as("%s", answer).isEqualTo(reason);
            assertThat(answer.getReject().getMessage()).contains(words);
            assertThat(raw.read()).isNull();
        }
    }

    private static void garbage(Path socket) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[1 + random.nextInt(9000)];
            random.nextBytes(bytes);
            try (RawPipe raw = RawPipe.connect(socket)) {
                raw.send(bytes);
                raw.endOfInput();
                raw.awaitClosed();
            } catch (IOException e) {
                throw new IOException("garbage of seed " + seed + ", number " + i, e);
            }
        }
    }

    @Test
    void shouldCloseAfterFramesThatAreTornAtAnyByte() throws Exception {
        byte[] hello = RawPipe.hello(RawPipe.commandHello());
        byte[] both = concat(hello, RawPipe.getStatus(2), RawPipe.getStatus(3));
        JsonNode report = captureBeside(() -> {
            for (int kept = 1; kept < both.length; kept++) {
                for (Path socket : List.of(workerSocket(), controlSocket())) {
                    try (RawPipe raw = RawPipe.connect(socket)) {
                        raw.send(Arrays.copyOf(both, kept));
                        raw.endOfInput();
                        raw.awaitClosed();
                    }
                }
            }
            Await.until(
                    "the last ones are counted",
                    () -> refused(Status.onlySession(pidcap), "protocol") >= 2L * (hello.length - 1));
        });
        assertUndisturbed(report);
        assertThat(log()).contains("ended inside a frame");
    }

    @Test
    void shouldCloseACommandWhoseMessagesAreReplayedOrOutOfOrder() throws Exception {
        byte[] hello = RawPipe.hello(RawPipe.commandHello());
        JsonNode report = captureBeside(() -> {
            for (byte[] second : List.of(RawPipe.getStatus(1), RawPipe.getStatus(3), hello, RawPipe.getStatus(-1))) {
                try (RawPipe raw = RawPipe.command(controlSocket())) {
                    raw.send(second);
                    raw.awaitClosed();
                }
            }
            try (RawPipe raw = RawPipe.command(controlSocket())) {
                byte[] once = RawPipe.getStatus(2);
                raw.send(concat(once, once));
                raw.awaitClosed();
            }
        });
        assertUndisturbed(report);
        assertThat(refused(report, "protocol")).isEqualTo(5);
        assertThat(log()).contains("message 3 (GET_STATUS) came where message 2 was due");
    }

    @Test
    void shouldCloseACommandThatAsksAndNeverReads() throws Exception {
        JsonNode report = captureBeside(() -> {
            try (RawPipe greedy = RawPipe.command(controlSocket());
                    RawPipe polite = RawPipe.command(controlSocket())) {
                long sequence = 2;
                boolean open = true;
                while (open) {
                    assertThat(sequence).as("it may ask no more").isLessThan(100_000);
                    open = greedy.send(RawPipe.getStatus(sequence));
                    // When this is answered the one before was, too, or will be soon.
                    polite.send(RawPipe.getStatus(sequence));
                    assertThat(polite.read()).isNotNull();
                    sequence++;
                }
            }
        });
        assertUndisturbed(report);
        assertThat(refused(report, "overrun")).isEqualTo(1);
        assertThat(log()).contains("asks and does not read the answers");
    }

    /** More requests at once than the session's queue has places, in which the workers' messages have to have some. */
    @Test
    void shouldCloseCommandsThatFloodTheSessionWithRequests() throws Exception {
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 2; i < 20_000; i++) {
            flood.writeBytes(RawPipe.getStatus(i));
        }
        JsonNode report = captureBeside(() -> {
            for (int round = 0; round < 12; round++) {
                List<RawPipe> floods = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    floods.add(RawPipe.command(controlSocket()));
                }
                for (RawPipe one : floods) {
                    one.send(flood.toByteArray());
                    one.close();
                }
            }
            Await.until("they are refused", () -> refused(Status.onlySession(pidcap), "overrun") > 10);
        });
        assertUndisturbed(report);
    }

    @Test
    void shouldStayReachableWhileThousandsConnect() throws Exception {
        long coordinator = Status.parse(pidcap.run("status", "--json").out())
                .get(0)
                .get("pid")
                .asLong();
        JsonNode report = captureBeside(() -> {
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong connected = new AtomicLong();
            // First who stays: a flood can be so quick that each has left again when its connection is taken.
            List<RawPipe> crowd = new ArrayList<>();
            for (int i = 0; i < 2 * PipeLimits.MAX_WAITING_PEERS; i++) {
                crowd.add(RawPipe.connect(workerSocket()));
            }
            Await.until("some had to give way", () -> refused(Status.onlySession(pidcap), "too_many") > 0);
            List<Thread> floods = new ArrayList<>();
            for (Path socket : List.of(workerSocket(), controlSocket())) {
                floods.add(new Thread(() -> connectUntil(over, connected, socket)));
            }
            floods.forEach(Thread::start);
            Pidcap.Result restarted = pidcap.run("restart", id, "events");
            assertThat(restarted.exitCode()).as(restarted.err()).isZero();
            Await.until("thousands have connected", () -> {
                assertThat(descriptors(coordinator)).isLessThan(600);
                return connected.get() > 8000;
            });
            assertThat(Status.onlySession(pidcap).get("state").asString()).isEqualTo("capturing");
            over.set(true);
            for (Thread flood : floods) {
                flood.join();
            }
            for (RawPipe one : crowd) {
                one.close();
            }
            Await.until("nobody of them is left", () -> descriptors(coordinator) < 150);
        });
        assertThat(report.get("workerRuns")).hasSize(3);
        assertThat(report.get("gaps")).hasSize(1);
        assertThat(log().lines().filter(line -> line.contains("too_many")).count())
                .isLessThan(100);
        assertThat(log()).contains("have said no Hello, this one for longest");
    }

    @Test
    void shouldCloseWhoSaysNothingAndWhoStaysForNothing() throws Exception {
        JsonNode report = captureBeside(() -> {
            List<RawPipe> silent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                silent.add(RawPipe.connect(workerSocket()));
                silent.add(RawPipe.connect(controlSocket()));
            }
            // Each is a command that was let in, and stays.
            ArrayDeque<RawPipe> admitted = new ArrayDeque<>();
            for (int i = 0; i < 500; i++) {
                admitted.add(RawPipe.command(controlSocket()));
            }
            Status.onlySession(pidcap);
            admitted.removeFirst().awaitClosed();
            for (RawPipe one : silent) {
                one.awaitClosed();
                one.close();
            }
            for (RawPipe one : admitted) {
                one.close();
            }
        });
        assertUndisturbed(report);
        assertThat(refused(report, "no_hello")).isEqualTo(40);
        assertThat(refused(report, "too_many")).isGreaterThanOrEqualTo(500 - 64);
        assertThat(log()).contains("no Hello within " + PipeLimits.HELLO_TIMEOUT_MILLIS + " ms (a process of root)");
    }

    private static void connectUntil(AtomicBoolean over, AtomicLong connected, Path socket) {
        ArrayDeque<RawPipe> held = new ArrayDeque<>();
        try {
            while (!over.get()) {
                held.add(RawPipe.connect(socket));
                connected.incrementAndGet();
                if (held.size() > 2000) {
                    held.removeFirst().close();
                }
            }
            for (RawPipe one : held) {
                one.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.count();
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
