package io.pidcap.it.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.Recording;
import io.pidcap.host.windows.StandIns;
import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pidcap record}, with the event-worker of Windows on stand-ins. */
class RecordIT {
    private static final int PID = 4711;

    @TempDir
    Path directory;

    @Test
    void shouldWriteWhatWindowsTellsUntilASignalComes() throws Exception {
        Require.all(Require.CC);
        WindowsHost windows = new WindowsHost(directory);
        windows.standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        windows.standIns.socket("udp4", 0, "0.0.0.0", 5353, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + 1);
        Path file = directory.resolve("recording");
        Pidcap.Running running = new Pidcap(directory, windows.jvmOptions()).start("record", file.toString());
        running.awaitErr("recording to " + file);
        byte[] bound = DivertEvent.of(DivertEvent.BIND, 1, PID, DivertEvent.UDP, "127.0.0.1", 53)
                .at(WindowsHost.ticks())
                .bytes();
        byte[] established = DivertEvent.of(DivertEvent.ESTABLISHED, 2, PID, DivertEvent.TCP, "::1", 80)
                .to("::1", 50_000)
                .at(WindowsHost.ticks())
                .bytes();
        windows.standIns.event("socket.events", bound);
        windows.standIns.event("flow.events", established);
        Await.until("both are in the file", () -> {
            Recording recording = Recording.read(file);
            return recording.socketRecords().size() + recording.flowRecords().size() == 2;
        });
        running.process().destroy();
        Pidcap.Result ended = running.await();
        assertThat(ended.err()).contains("1 events of the SOCKET layer, 1 of the FLOW layer, 0 dropped");

        Recording recording = Recording.read(file);
        assertThat(recording.socketRecords()).containsExactly(bound);
        assertThat(recording.flowRecords()).containsExactly(established);
        assertThat(recording.notes()).noneMatch(note -> note.startsWith("no "));
    }

    @Test
    void shouldSayThatThereIsNothingToRecordOnLinux() throws Exception {
        Path file = directory.resolve("recording");
        Pidcap.Result refused = new Pidcap(directory).run("record", file.toString());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("only for Windows").doesNotContain("\tat ");
        assertThat(Files.exists(file)).isFalse();
    }
}
