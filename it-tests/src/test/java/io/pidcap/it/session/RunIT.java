package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunIT {
    @TempDir
    Path directory;

    private Pidcap pidcap;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
        pidcap = new Pidcap(directory);
    }

    @Test
    void shouldCaptureTheCommandAndItsChildrenFromTheFirstPacketOn() throws Exception {
        Path file = directory.resolve("run.pcapng");
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", "127.8.4.1")) {
            int port = echo.readPort();
            // The shell's child makes the connection, and holds it for longer than a source that polls looks away.
            String child =
                    "python3 -c \"import socket,select; s=socket.create_connection(('127.8.4.1',%d));".formatted(port)
                            + " s.sendall(b'x'*5000); n=0\nwhile n<5000: n+=len(s.recv(9999))\n"
                            + "select.select([s],[],[],0.5)\"";
            Pidcap.Result result = pidcap.run(
                    "run", "-i", "lo", "-w", file.toString(), "--", "sh", "-c", child + "; echo said; exit 7");
            assertThat(result.exitCode()).as(result.err()).isEqualTo(7);
            assertThat(result.out()).isEqualTo("said\n");
            assertThat(Tshark.count(file, "tcp.flags.syn==1 && tcp.port==" + port))
                    .isEqualTo(2);
            long payload = Tshark.fields(file, "tcp.port==" + port, "tcp.len").stream()
                    .mapToLong(Long::parseLong)
                    .sum();
            assertThat(payload).isEqualTo(10_000);
        }
    }

    @Test
    void shouldReturn127AndSayWhenTheCommandCannotBeStarted() throws Exception {
        Pidcap.Result result = pidcap.run(
                "run", "-i", "lo", "-w", directory.resolve("x.pcapng").toString(), "--", "no-such-command-here");
        assertThat(result.exitCode()).isEqualTo(127);
        assertThat(result.err()).contains("no-such-command-here").doesNotContain("\tat ");
    }

    @Test
    void shouldReturn128PlusTheSignalThatEndedTheCommand() throws Exception {
        Pidcap.Result result = pidcap.run(
                "run", "-i", "lo", "-w", directory.resolve("x.pcapng").toString(), "--", "sh", "-c", "kill -TERM $$");
        assertThat(result.exitCode()).isEqualTo(128 + 15);
    }
}
