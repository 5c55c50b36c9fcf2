package io.pidcap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.PcapRecords;
import io.pidcap.host.windows.StandIns;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.v1.Feature;
import io.pidcap.protocol.v1.ListInterfaces;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole capture-worker with the backend of Windows, in a JVM of its own, on stand-ins for Windows' libraries. */
@Timeout(120)
class WindowsCaptureWorkerTest {
    private static final String ETHERNET = "{11111111-2222-3333-4444-555555555555}";

    @TempDir
    private Path directory;

    private StandIns windows;
    private Coordinator coordinator;
    private Process worker;

    @BeforeEach
    void start() throws IOException {
        windows = StandIns.compile(Files.createDirectory(directory.resolve("windows")));
        windows.adapter(ETHERNET, "Ethernet", true, "10.0.0.2/24", "Intel(R) Ethernet");
        windows.adapter("{2}", "WLAN", false, "10.0.1.2/24", "Wi-Fi");
        windows.loopback();
        // Npcap's library lies where its installer puts it; the others are Windows' own.
        Files.createDirectories(installed().getParent());
        Files.createSymbolicLink(installed(), windows.directory().resolve("libwpcap.so"));
        coordinator = new Coordinator(directory.resolve("pipe"));
        ProcessBuilder builder = new ProcessBuilder(ChildProcess.javaCommand(
                List.of("-Xmx64m", "-Djna.library.path=" + windows.directory()),
                WindowsCaptureWorkerMain.class,
                "--pipe",
                directory.resolve("pipe").toString(),
                "--run",
                "1"));
        builder.environment().put("SystemRoot", directory.resolve("SystemRoot").toString());
        worker = builder.redirectError(directory.resolve("log").toFile()).start();
        WorkerSecret.generate().writeLine(worker.getOutputStream());
    }

    private Path installed() {
        return directory.resolve("SystemRoot/System32/Npcap/libwpcap.so");
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

    private List<byte[]> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ByteBuffer.allocate(60).putInt(i).array())
                .toList();
    }

    private List<Integer> spooled(int interfaceNumber) {
        return coordinator.progress(interfaceNumber).stream()
                .filter(SpoolProgress::getEnded)
                .flatMap(ended ->
                        PcapRecords.read(directory.resolve(ended.getFile()), ended.getReadableBytes()).stream())
                .map(packet -> packet.bytes().getInt(0))
                .toList();
    }

    @Test
    void shouldCaptureOnAllThatCarryPacketsFromReadyToStop() throws Exception {
        Envelope ready = coordinator.awaitReply(
                coordinator.send(Coordinator.startCapture(directory, "any").setSegmentBytes(100_000)));
        assertThat(ready.getCaptureReady().getInterfacesList())
                .extracting(OpenInterface::getName)
                .containsExactly("Ethernet", "Loopback");
        assertThat(ready.getCaptureReady().getInterfacesList())
                .extracting(OpenInterface::getLinkType)
                .containsExactly(LinkType.ETHERNET.value(), LinkType.NULL.value());
        assertThat(ready.getCaptureReady().getInterfaces(0).getNanosecondTimestamps())
                .isFalse();

        windows.packets(ETHERNET, numbered(5000));
        windows.packets("Loopback", numbered(300));
        coordinator.await(envelope -> envelope.getSpoolProgress().getInterface() == 0
                && envelope.getSpoolProgress().getCounters().getWrittenPackets() == 5000);
        windows.packets("Loopback", numbered(1));
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);

        assertThat(worker.waitFor(Coordinator.DEADLINE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(worker.exitValue()).as("%s", log()).isEqualTo(ExitCode.STOPPED.status());
        assertThat(spooled(0)).isEqualTo(IntStream.range(0, 5000).boxed().toList());
        assertThat(spooled(1)).startsWith(0, 1, 2).endsWith(298, 299, 0).hasSize(301);
        assertThat(coordinator.progress(0).stream().filter(SpoolProgress::getEnded))
                .as("segments: one was full and another begun")
                .hasSizeGreaterThan(1);
    }

    @Test
    void shouldTellTheNamesThatPeopleKnowAndWhatNpcapCanDo() throws Exception {
        Envelope interfaces = coordinator.awaitReply(
                coordinator.pipe().send(Envelope.newBuilder().setListInterfaces(ListInterfaces.getDefaultInstance())));
        assertThat(interfaces.getInterfaceList().getInterfacesList())
                .extracting(one -> one.getName() + ": " + one.getDescription())
                .containsExactly(
                        "Ethernet: Intel(R) Ethernet", "WLAN: Wi-Fi", "Loopback: Adapter for loopback traffic capture");
        assertThat(features()).contains("found as " + directory.resolve("SystemRoot/System32/Npcap/libwpcap.so"));
    }

    private String features() {
        Envelope reply = coordinator.awaitReply(
                coordinator.pipe().send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance())));
        return String.join(
                "\n",
                reply.getFeatureList().getFeaturesList().stream()
                        .map(Feature::toString)
                        .toList());
    }

    @Test
    void shouldSayWhereToGetNpcapWhereThereIsNone() throws Exception {
        Files.delete(installed());
        Files.delete(windows.directory().resolve("libwpcap.so"));
        Envelope reply = coordinator.awaitReply(coordinator.send(Coordinator.startCapture(directory, "Ethernet")));
        assertThat(reply.getFailure().getMessage())
                .startsWith("load wpcap.dll of Npcap: ")
                .contains("looked in " + directory.resolve("SystemRoot/System32/Npcap"));
        assertThat(reply.getFailure().getHint()).startsWith("install Npcap 1.10 or newer (https://npcap.com)");
        assertThat(features()).contains("install Npcap 1.10 or newer");
    }
}
