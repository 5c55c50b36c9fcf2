package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.Victim;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each signal that asks for an end, once and again: the session ends in order and its file is complete. */
class SignalsIT {
    private static final String SERVER = "127.222.0.1";
    private static final String TARGET = "127.222.0.2";

    @TempDir
    Path directory;

    private Pidcap pidcap;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        pidcap = new Pidcap(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP", "TERM TERM", "INT INT", "HUP INT TERM"})
    void shouldEndInOrderInTheForeground(String signals) throws Exception {
        Path file = directory.resolve("out.pcapng");
        // A signal that is ignored by whoever starts the tests would stay so.
        Pidcap.Running capture = pidcap.start(
                List.of("env", "--default-signal=INT,HUP,TERM"),
                "capture",
                "-n",
                "it-target",
                "-i",
                "lo",
                "-w",
                file.toString(),
                "--json");
        capture.awaitErr("; Ctrl-C stops");
        talk();
        for (String signal : signals.split(" ")) {
            if (capture.process().isAlive()) {
                Victim.signal(capture.process().pid(), signal);
            }
        }
        Pidcap.Result result = capture.await();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(Status.parse(result.out()).get("state").asString()).isEqualTo("finished");
        assertComplete(file);
    }

    /** The terminal of {@code start} is closed, or sends Ctrl-C: the session in the background is none of its business. */
    @Test
    void shouldNotEndADetachedSession() throws Exception {
        Path file = directory.resolve("out.pcapng");
        Pidcap.Result started = pidcap.run("start", "-n", "it-target", "-i", "lo", "-w", file.toString());
        assertThat(started.exitCode()).as(started.err()).isZero();
        Victim victim = Victim.of(pidcap, directory);
        Victim.signal(victim.coordinator(), "HUP");
        Victim.signal(victim.coordinator(), "INT");
        talk();
        Pidcap.Result stopped = pidcap.run("stop", started.out().strip());
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        assertComplete(file);
    }

    private void talk() throws Exception {
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER)) {
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target =
                    TrafficProgram.start(directory, "it-target", "client", "tcp", TARGET, SERVER, port)) {
                target.tell("open");
                target.tell("send 20 400");
                Status.awaitEventsUntilNow(pidcap);
            }
        }
    }

    private static void assertComplete(Path file) throws Exception {
        long payload = Tshark.fields(file, "ip.addr==" + TARGET, "tcp.len").stream()
                .mapToLong(Long::parseLong)
                .sum();
        assertThat(payload).isEqualTo(2 * 20 * 400);
    }
}
