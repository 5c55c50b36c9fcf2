package io.pidcap.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.StandIns;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.Feature;
import io.pidcap.protocol.v1.FlowEventKind;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.v1.WatchFlows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole event-worker with the backend of Windows, in a JVM of its own, on stand-ins for Windows' libraries. */
@Timeout(120)
class WindowsEventWorkerTest {
    private static final int PID = 4711;
    private static final int LISTEN = 2;

    @TempDir
    Path directory;

    private StandIns windows;
    private Coordinator coordinator;
    private Process worker;

    @BeforeEach
    void start() throws IOException {
        windows = StandIns.compile(Files.createDirectory(directory.resolve("windows")));
        windows.process(PID, 4, StandIns.NEW_YEAR, "ключ.exe", "C:\\Programme\\ключ.exe");
        startWorker(Map.of());
    }

    private void startWorker(Map<String, String> environment) throws IOException {
        coordinator = new Coordinator(directory.resolve("pipe"));
        ProcessBuilder builder = new ProcessBuilder(ChildProcess.javaCommand(
                        List.of("-Xmx64m", "-Djna.library.path=" + windows.directory()),
                        WindowsEventWorkerMain.class,
                        "--pipe",
                        directory.resolve("pipe").toString(),
                        "--run",
                        "1"))
                .redirectError(directory.resolve("log").toFile());
        builder.environment().putAll(environment);
        worker = builder.start();
        coordinator.secret.writeLine(worker.getOutputStream());
    }

    @AfterEach
    void end() {
        if (worker != null) {
            worker.destroyForcibly();
            coordinator.close();
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /** The ports in the snapshot. */
    private List<Integer> watch(EventSource source) throws Exception {
        coordinator.hello();
        long asked = coordinator.send(Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder().setSource(source).setPollIntervalMillis(20)));
        List<Integer> ports = new ArrayList<>();
        SnapshotPart part;
        do {
            part = coordinator
                    .await(envelope -> envelope.getInReplyTo() == asked)
                    .getSnapshotPart();
            part.getSocketsList().forEach(socket -> ports.add(socket.getTuple().getLocalPort()));
        } while (!part.getLast());
        return ports;
    }

    private FlowEventMessage event(FlowEventKind kind, int port) throws InterruptedException {
        Envelope batch = coordinator.await(envelope -> envelope.getFlowBatch().getEventsList().stream()
                .anyMatch(event -> event.getKind() == kind && event.getTuple().getLocalPort() == port));
        return batch.getFlowBatch().getEventsList().stream()
                .filter(event -> event.getKind() == kind && event.getTuple().getLocalPort() == port)
                .findFirst()
                .orElseThrow();
    }

    private void stop() throws Exception {
        coordinator.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
        coordinator.await(Envelope::hasStopped);
        assertThat(worker.waitFor(Coordinator.DEADLINE_SECONDS, TimeUnit.SECONDS))
                .as("%s", log())
                .isTrue();
        assertThat(worker.exitValue()).as("%s", log()).isEqualTo(ExitCode.STOPPED.status());
    }

    @Test
    void shouldPollTheTablesFromSnapshotToStop() throws Exception {
        windows.socket("tcp4", LISTEN, "0.0.0.0", 80, "0.0.0.0", 0, PID, StandIns.NEW_YEAR);
        assertThat(watch(EventSource.EVENT_SOURCE_IPHELPER)).containsExactly(80);
        Envelope ready = coordinator.await(Envelope::hasWatchReady);
        assertThat(ready.getWatchReady().getSource()).isEqualTo(EventSource.EVENT_SOURCE_IPHELPER);
        assertThat(ready.getWatchReady().getReason()).isEqualTo("reading the tables of IP Helper was asked for");
        assertThat(ready.getWatchReady().getLimitsList())
                .singleElement()
                .asString()
                .contains("poll interval of 20 ms can be missed");

        windows.socket("udp6", 0, "::", 5353, "::", 0, PID, StandIns.NEW_YEAR + 1);
        FlowEventMessage opened = event(FlowEventKind.FLOW_EVENT_KIND_OPENED, 5353);
        assertThat(opened.getOwner().getPid()).isEqualTo(PID);
        windows.close("udp6", 5353, 0);
        event(FlowEventKind.FLOW_EVENT_KIND_CLOSED, 5353);
        windows.end(PID);
        Set<String> told = new HashSet<>();
        coordinator.await(envelope -> {
            envelope.getFlowBatch()
                    .getEventsList()
                    .forEach(event ->
                            told.add(event.getKind() + " " + event.getTuple().getLocalPort()));
            envelope.getFlowBatch().getExitsList().forEach(exit -> told.add("exit " + exit.getPid()));
            return told.containsAll(Set.of("FLOW_EVENT_KIND_CLOSED 80", "exit " + PID));
        });
        stop();
    }

    @Test
    void shouldTellWhatWinDivertTellsUntilItIsStoppedWhileItWaits() throws Exception {
        windows.socket("tcp4", LISTEN, "0.0.0.0", 80, "0.0.0.0", 0, PID, StandIns.NEW_YEAR);
        assertThat(watch(EventSource.EVENT_SOURCE_AUTO)).containsExactly(80);
        Envelope ready = coordinator.await(Envelope::hasWatchReady);
        assertThat(ready.getWatchReady().getSource()).isEqualTo(EventSource.EVENT_SOURCE_WINDIVERT);
        assertThat(ready.getWatchReady().getReason()).isEmpty();

        windows.event(DivertEvent.of(DivertEvent.BIND, 5, PID, DivertEvent.UDP, "0.0.0.0", 5353));
        FlowEventMessage bound = event(FlowEventKind.FLOW_EVENT_KIND_OPENED, 5353);
        assertThat(bound.getOwner().getPid()).isEqualTo(PID);
        windows.event(DivertEvent.of(DivertEvent.ESTABLISHED, 6, PID, DivertEvent.TCP, "127.0.0.1", 81)
                .to("127.0.0.1", 4000));
        event(FlowEventKind.FLOW_EVENT_KIND_OPENED, 81);
        windows.event(DivertEvent.of(DivertEvent.DELETED, 6, PID, DivertEvent.TCP, "127.0.0.1", 81)
                .to("127.0.0.1", 4000));
        event(FlowEventKind.FLOW_EVENT_KIND_CLOSED, 81);
        windows.event(DivertEvent.of(DivertEvent.CLOSE, 5, PID, DivertEvent.UDP, "0.0.0.0", 5353));
        event(FlowEventKind.FLOW_EVENT_KIND_CLOSED, 5353);
        windows.event(DivertEvent.of(DivertEvent.CLOSE, 7, PID, DivertEvent.TCP, "0.0.0.0", 80));
        event(FlowEventKind.FLOW_EVENT_KIND_CLOSED, 80);
        stop();
    }

    @Test
    void shouldPollWhereWinDivertDoesNotOpenAndSayWhy() throws Exception {
        windows.set("open_flow", 1275);
        watch(EventSource.EVENT_SOURCE_AUTO);
        Envelope ready = coordinator.await(Envelope::hasWatchReady);
        assertThat(ready.getWatchReady().getSource()).isEqualTo(EventSource.EVENT_SOURCE_IPHELPER);
        assertThat(ready.getWatchReady().getReason())
                .contains("the exact source (WinDivert) is not available", "FLOW layer", "(1275)", "blocked");
        stop();
    }

    @Test
    void shouldRefuseWhereWinDivertWasAskedForAndDoesNotOpen() throws Exception {
        windows.set("open_socket", 5);
        coordinator.hello();
        coordinator.send(Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder()
                        .setSource(EventSource.EVENT_SOURCE_WINDIVERT)
                        .setPollIntervalMillis(20)));
        Failure failure = coordinator.await(Envelope::hasFailure).getFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.FAILURE_CODE_NO_PRIVILEGE);
        assertThat(failure.getMessage()).isEqualTo("open WinDivert's SOCKET layer: Access is denied. (5)");
        assertThat(failure.getHint()).isEqualTo("run pidcap as administrator");
        stop();
    }

    /** It lies where the user says, and nowhere else. */
    @Test
    void shouldFindWinDivertInTheFolderThatIsGiven() throws Exception {
        Path given = Files.createDirectory(directory.resolve("given"));
        Files.move(windows.directory().resolve("libWinDivert.so"), given.resolve("libWinDivert.so"));
        coordinator.hello();
        coordinator.send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        Feature missing = exact();
        assertThat(missing.getDetail()).startsWith("load WinDivert.dll: ");
        assertThat(missing.getRemedy())
                .contains("WinDivert.dll and WinDivert64.sys", "PIDCAP_WINDIVERT", "PATH", "/WinDivert, or into");
        stop();
        coordinator.close();

        startWorker(Map.of("PIDCAP_WINDIVERT", given.toString()));
        coordinator.hello();
        coordinator.send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        assertThat(exact().getDetail())
                .endsWith(given.resolve("libWinDivert.so").toString());
        stop();
    }

    private Feature exact() throws InterruptedException {
        return coordinator.await(Envelope::hasFeatureList).getFeatureList().getFeaturesList().stream()
                .filter(feature -> feature.getName().equals("events-exact"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRefuseWhatOnlyLinuxHas() throws Exception {
        coordinator.hello();
        coordinator.send(Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder()
                        .setSource(EventSource.EVENT_SOURCE_EBPF)
                        .setPollIntervalMillis(20)));
        assertThat(coordinator.await(Envelope::hasFailure).getFailure().getMessage())
                .isEqualTo("watch flows by ebpf: only Linux has it");
        stop();
    }

    @Test
    void shouldSayWhatThisWindowsHas() throws Exception {
        coordinator.hello();
        windows.set("OWNER_MODULE", 5);
        coordinator.send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        List<String> features = coordinator.await(Envelope::hasFeatureList).getFeatureList().getFeaturesList().stream()
                .map(Feature::getDetail)
                .toList();
        assertThat(features)
                .contains(
                        "read the table MIB_TCPTABLE_OWNER_MODULE: Access is denied. (5)",
                        "1 of 1 processes can be opened");
        stop();
    }
}
