package io.pidcap.host.windows.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.FlowEventCollector;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.RawRecorder;
import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.Recording;
import io.pidcap.host.windows.StandIns;
import io.pidcap.host.windows.WindowsBackend;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.host.windows.windivert.WinDivertFlowEventSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded and is told again says the same. */
class WindowsRecorderTest {
    private static final int PID = 4711;
    private static final int LISTEN = 2;

    @TempDir
    Path directory;

    private final StandIns standIns = StandIns.inThisJvm();

    private static DivertEvent udp(int event, int port) {
        return DivertEvent.of(event, port, PID, DivertEvent.UDP, "127.0.0.1", port);
    }

    private static DivertEvent tcp(int event, int endpoint) {
        return DivertEvent.of(event, endpoint, PID, DivertEvent.TCP, "::1", 8080)
                .to("::1", 50_000);
    }

    private void begin() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "ключ.exe", "C:\\Programme\\ключ.exe");
        standIns.protectedProcess(4, "System");
        standIns.socket("tcp4", LISTEN, "0.0.0.0", 80, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + 1);
        standIns.socket("udp6", 0, "::", 5353, "::", 0, PID, StandIns.NEW_YEAR + 2);
    }

    private static List<String> sockets(FlowEventCollector collector) {
        return collector.snapshot.sockets().stream()
                .map(socket -> socket.tuple() + " " + socket.state() + " " + socket.owners())
                .sorted()
                .toList();
    }

    private static List<String> events(FlowEventCollector collector) {
        return collector.events.stream()
                .map(event -> event.kind() + " " + event.tuple() + " " + event.state() + " "
                        + collector.processes.get(event.owner()))
                .toList();
    }

    private static void recordUntil(RawRecorder recorder, String words) {
        long deadlineNanos = System.nanoTime() + 20_000_000_000L;
        while (!recorder.summary().get(0).contains(words)) {
            assertThat(System.nanoTime()).as("%s", recorder.summary()).isLessThan(deadlineNanos);
            recorder.next(20);
        }
    }

    @Test
    void shouldTellTheSameWhenItIsToldAgain() throws IOException {
        begin();
        Path file = directory.resolve("recording");
        List<String> socketsThen;
        List<String> eventsThen;
        try (RawRecorder recorder = new WindowsBackend().record(file);
                FlowEventSource source = new WinDivertFlowEventSource()) {
            recordUntil(recorder, "looked at 1 times");
            FlowEventCollector collector = FlowEventCollector.begin(source);
            long ticks = new WindowsClock().read().ticks();
            standIns.event(udp(DivertEvent.BIND, 1).at(ticks - 4_000));
            standIns.event(tcp(DivertEvent.ESTABLISHED, 7).at(ticks - 3_000));
            standIns.event(udp(DivertEvent.CLOSE, 1).at(ticks - 2_000));
            standIns.event(udp(DivertEvent.BIND, 2).at(ticks - 1_000));
            recordUntil(recorder, "3 events of the SOCKET layer, 1 of the FLOW layer");
            collector.catchUp();
            socketsThen = sockets(collector);
            eventsThen = events(collector);
        }
        assertThat(eventsThen).hasSize(4);
        assertThat(StandIns.openHandles()).isZero();

        Recording recording = Recording.read(file);
        assertThat(recording.notes()).anyMatch(note -> note.startsWith("WinDivert 2.2, "));
        standIns.clear();
        recording.begin(standIns);
        try (FlowEventSource source = new WinDivertFlowEventSource()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            recording.tellEvents(standIns, new WindowsClock().read().ticks());
            collector.catchUp();
            assertThat(sockets(collector)).isEqualTo(socketsThen);
            assertThat(events(collector)).isEqualTo(eventsThen);
        }
    }

    @Test
    void shouldRecordTheRestWhereWinDivertDoesNotOpen() throws IOException {
        begin();
        standIns.set("open_flow", 1275);
        standIns.set("OWNER_MODULE", 50);
        Path file = directory.resolve("recording");
        try (RawRecorder recorder = new WindowsBackend().record(file)) {
            recordUntil(recorder, "looked at 1 times");
            assertThat(recorder.summary().get(1)).contains("no events: open WinDivert's FLOW layer", "(1275)");
        }
        Recording recording = Recording.read(file);
        assertThat(recording.notes())
                .anyMatch(note -> note.startsWith("no MIB_TCPTABLE_OWNER_MODULE: ") && note.contains("(50)"));
        standIns.clear();
        standIns.set("OWNER_MODULE", 50);
        recording.begin(standIns);
        assertThat(new WindowsBackend().socketSnapshot().sockets()).hasSize(2);
    }

    @Test
    void shouldNotWriteOverAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("there"), "dear");
        assertThatThrownBy(() -> new WindowsBackend().record(file))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("there");
        assertThat(file).hasContent("dear");
    }
}
