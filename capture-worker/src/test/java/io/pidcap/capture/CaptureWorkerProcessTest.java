package io.pidcap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.PcapRecords;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.UdpSender;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

/** The program itself in a JVM of its own, on loopback, with datagrams of yet another process. */
@Timeout(120)
class CaptureWorkerProcessTest {
    private static final int PAYLOAD_OFFSET = 20 + 20 + 8;

    @TempDir
    private Path directory;

    private Coordinator coordinator;
    private Process worker;
    private DatagramSocket sink;

    @BeforeEach
    void startWorker() throws IOException {
        RequiredFeature.requireRoot();
        sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Path socketFile = directory.resolve("pipe");
        coordinator = new Coordinator(socketFile);
        worker = new ProcessBuilder(ChildProcess.javaCommand(
                        CaptureWorkerMain.class, "--pipe", socketFile.toString(), "--run", "1"))
                .redirectError(directory.resolve("log").toFile())
                .start();
        WorkerSecret.generate().writeLine(worker.getOutputStream());
    }

    @AfterEach
    void stopWorker() {
        if (worker != null) {
            coordinator.close();
            sink.close();
            worker.destroyForcibly();
        }
    }

    private String filter() {
        return "udp port " + sink.getLocalPort();
    }

    private void sendDatagrams(int count) {
        ChildProcess.run(ChildProcess.javaCommand(
                UdpSender.class, Integer.toString(sink.getLocalPort()), Integer.toString(count), "16"));
    }

    private int awaitExit() throws InterruptedException {
        assertThat(worker.waitFor(Coordinator.DEADLINE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        return worker.exitValue();
    }

    private List<Integer> spooled() {
        return coordinator.progress(0).stream()
                .filter(SpoolProgress::getEnded)
                .flatMap(ended ->
                        PcapRecords.read(directory.resolve(ended.getFile()), ended.getReadableBytes()).stream())
                .map(packet -> packet.bytes().getInt(PAYLOAD_OFFSET))
                .toList();
    }

    @Test
    void shouldKeepEveryPacketThatWasSentBeforeTheStop() throws Exception {
        int count = 10_000;
        coordinator.awaitReply(coordinator.send(
                Coordinator.startCapture(directory, "any").setFilter(filter()).setSegmentBytes(200_000)));
        sendDatagrams(count);
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);

        assertThat(awaitExit()).as("%s", log()).isEqualTo(ExitCode.STOPPED.status());
        assertThat(spooled()).isEqualTo(IntStream.range(0, count).boxed().toList());
        List<SpoolProgress> progress = coordinator.progress(0);
        assertThat(progress.get(progress.size() - 1).getCounters().getWrittenPackets())
                .isEqualTo(count);
        assertThat(progress.get(progress.size() - 1).getCounters().getDroppedPackets())
                .isZero();
        assertThat(log().lines())
                .hasSize(4)
                .allMatch(line -> line.contains(" INFO "))
                .anyMatch(line -> line.contains("CAPTURING -> DRAINING: told to stop"));
    }

    @Test
    void shouldGoOnUntilItIsToldToStopWhenASignalComes() throws Exception {
        coordinator.awaitReply(
                coordinator.send(Coordinator.startCapture(directory, "lo").setFilter(filter())));
        worker.destroy();
        coordinator.await(BodyCase.SPOOL_PROGRESS);
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);
        assertThat(awaitExit()).isEqualTo(ExitCode.STOPPED.status());
    }

    @Test
    void shouldLeaveAWholeSegmentWhenTheCoordinatorIsGone() throws Exception {
        coordinator.awaitReply(
                coordinator.send(Coordinator.startCapture(directory, "any").setFilter(filter())));
        sendDatagrams(100);
        coordinator.await(envelope -> envelope.getSpoolProgress().getCounters().getWrittenPackets() == 100);
        coordinator.close();
        assertThat(awaitExit()).isEqualTo(ExitCode.PIPE_LOST.status());
        assertThat(PcapRecords.read(directory.resolve("run1-if0-000001.pcap"))).hasSize(100);
    }

    @Test
    void shouldSayBadFilterInLibpcapsWordsWhenItIsRefused() {
        Envelope reply = coordinator.awaitReply(
                coordinator.send(Coordinator.startCapture(directory, "any").setFilter("host")));
        assertThat(reply.getFailure().getMessage()).startsWith("filter \"host\" on any: ");
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }
}
