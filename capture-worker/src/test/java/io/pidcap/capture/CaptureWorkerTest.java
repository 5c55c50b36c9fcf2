package io.pidcap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.FakePacketSource;
import io.pidcap.host.HostException;
import io.pidcap.host.PcapRecords;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.GetStatus;
import io.pidcap.protocol.v1.ListInterfaces;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StartCapture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole worker but the system under it: driven by messages over a real pipe, with sources made by hand. */
@Timeout(60)
class CaptureWorkerTest {
    private static final String SECRET = "00".repeat(32) + "\n";
    private static final int RUN = 7;

    @TempDir
    private Path directory;

    private final FakeHost host = new FakeHost();
    private final FakePacketSource eth0 = host.add("eth0");
    private final FakePacketSource lo = host.add("lo");
    private final CommandQueue queue = new CommandQueue();
    private Coordinator coordinator;
    private final CompletableFuture<ExitCode> exit = new CompletableFuture<>();

    @BeforeEach
    void startWorker() throws IOException {
        coordinator = new Coordinator(directory.resolve("pipe"));
        new Thread(this::runWorker, "worker").start();
    }

    private void runWorker() {
        try {
            String[] arguments = {"--pipe", directory.resolve("pipe").toString(), "--run", Integer.toString(RUN)};
            ByteArrayInputStream secret = new ByteArrayInputStream(SECRET.getBytes(StandardCharsets.US_ASCII));
            exit.complete(CaptureWorkerMain.run(arguments, secret, host, queue));
        } catch (InterruptedException | RuntimeException e) {
            exit.completeExceptionally(e);
        }
    }

    @AfterEach
    void stopWorker() {
        coordinator.close();
        awaitExit();
    }

    private ExitCode awaitExit() {
        return exit.orTimeout(Coordinator.DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    private StartCapture.Builder startCapture(String... interfaces) {
        return Coordinator.startCapture(directory, interfaces);
    }

    private static void awaitTrue(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Coordinator.DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static byte[] packet(int number) {
        return ByteBuffer.allocate(60).putInt(number).array();
    }

    /** The numbers of the packets in all segments of an interface, each read as far as it was announced. */
    private List<Integer> spooled(int interfaceNumber) {
        List<Integer> numbers = new ArrayList<>();
        for (SpoolProgress progress : coordinator.progress(interfaceNumber)) {
            if (progress.getEnded()) {
                PcapRecords.read(directory.resolve(progress.getFile()), progress.getReadableBytes())
                        .forEach(packet -> numbers.add(packet.bytes().getInt(0)));
            }
        }
        return numbers;
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void shouldTellWhatItOpenedWhenStarted() {
        Envelope reply = coordinator.awaitReply(coordinator.send(startCapture("eth0", "lo", "eth0")));
        assertThat(reply.getCaptureReady().getInterfacesList())
                .extracting(OpenInterface::getName)
                .containsExactly("eth0", "lo", "eth0");
        assertThat(reply.getCaptureReady().getInterfaces(0))
                .isEqualTo(OpenInterface.newBuilder()
                        .setName("eth0")
                        .setLinkType(LinkType.ETHERNET.value())
                        .setNanosecondTimestamps(true)
                        .setSnaplen(262144)
                        .build());
        assertThat(coordinator.hello()).isNotNull().satisfies(hello -> {
            assertThat(hello.getRole()).isEqualTo(Role.ROLE_CAPTURE_WORKER);
            assertThat(hello.getRun()).isEqualTo(RUN);
        });
    }

    @Test
    void shouldWriteWhatHadArrivedBeforeTheStopWhenTheSystemHoldsItBack() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0", "lo")));
        eth0.holdBack();
        upTo(500).forEach(number -> eth0.arrive(packet(number)));
        coordinator.sendStop();
        // It is in no hurry to end, however often the source says that nothing came.
        coordinator.await(envelope -> envelope.getSpoolProgress().getInterface() == 1
                && envelope.getSpoolProgress().getEnded());
        long pumps = eth0.pumps();
        awaitTrue("pumped on", () -> eth0.pumps() > pumps + 10);
        eth0.letGo();
        coordinator.await(BodyCase.STOPPED);

        assertThat(spooled(0)).isEqualTo(upTo(500));
        assertThat(awaitExit()).isEqualTo(ExitCode.STOPPED);
        assertThat(coordinator.awaitClosed()).isEmpty();
        assertThat(coordinator.all())
                .last()
                .satisfies(last -> assertThat(last.hasStopped()).isTrue());
        assertThat(eth0.isClosed() && lo.isClosed()).isTrue();
    }

    @Test
    void shouldTellTheFinalCountersWithTheLastSegmentWhenStopped() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        upTo(30).forEach(number -> eth0.arrive(packet(number)));
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);
        List<SpoolProgress> progress = coordinator.progress(0);
        SpoolProgress last = progress.get(progress.size() - 1);
        assertThat(last.getEnded()).isTrue();
        assertThat(last.getFile()).isEqualTo("run7-if0-000001.pcap");
        assertThat(last.getCounters().getWrittenPackets()).isEqualTo(30);
        assertThat(last.getCounters().getReceivedPackets()).isEqualTo(30);
        assertThat(last.getDrainedUntilEpochNanos()).isPositive();
    }

    @Test
    void shouldAnnounceTimeAndAgainWhenNothingArrives() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        long first =
                coordinator.await(BodyCase.SPOOL_PROGRESS).getSpoolProgress().getDrainedUntilEpochNanos();
        Envelope later =
                coordinator.await(envelope -> envelope.getSpoolProgress().getDrainedUntilEpochNanos() > first);
        assertThat(later.getSpoolProgress().getReadableBytes()).isEqualTo(PcapRecords.HEADER_BYTES);
        assertThat(later.getSpoolProgress().getEnded()).isFalse();
    }

    @Test
    void shouldBeginASegmentAndLoseNothingWhenTheLastIsFull() {
        int segmentBytes = 2000;
        coordinator.awaitReply(coordinator.send(startCapture("eth0").setSegmentBytes(segmentBytes)));
        for (int number = 0; number < 300; number++) {
            eth0.arrive(packet(number));
            if (number % 100 == 99) {
                int reached = number + 1;
                coordinator.await(
                        envelope -> envelope.getSpoolProgress().getCounters().getWrittenPackets() == reached);
            }
        }
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);

        assertThat(spooled(0)).isEqualTo(upTo(300));
        List<SpoolProgress> ended =
                coordinator.progress(0).stream().filter(SpoolProgress::getEnded).toList();
        assertThat(ended)
                .extracting(SpoolProgress::getSegment)
                .isEqualTo(IntStream.rangeClosed(1, ended.size()).boxed().toList());
        assertThat(ended).hasSizeGreaterThan(2);
        assertThat(ended.subList(0, ended.size() - 1))
                .allMatch(progress -> progress.getReadableBytes() >= segmentBytes);
    }

    @Test
    void shouldAnswerAndStayWhenAnInterfaceCannotBeOpened() {
        Envelope refused = coordinator.awaitReply(coordinator.send(startCapture("eth0", "nosuch0")));
        assertThat(refused.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_NO_SUCH_INTERFACE);
        assertThat(refused.getFailure().getMessage()).isEqualTo("open nosuch0: no");
        assertThat(refused.getFailure().getHint()).isEqualTo("try another");
        assertThat(eth0.isClosed()).isTrue();
        assertThat(coordinator.awaitReply(coordinator.send(startCapture("lo"))).hasCaptureReady())
                .isTrue();
    }

    @Test
    void shouldAnswerAndStayWhenTheFirstSegmentCannotBeCreated() {
        eth0.failNextSegment(new HostException(HostException.Code.DISK_FULL, "create x: full", "free some"));
        Envelope refused = coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        assertThat(refused.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_DISK_FULL);
        assertThat(eth0.isClosed()).isTrue();
    }

    @Test
    void shouldRefuseASecondStartWhenItCaptures() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        Envelope refused = coordinator.awaitReply(coordinator.send(startCapture("lo")));
        assertThat(refused.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_WRONG_STATE);
        eth0.arrive(packet(0));
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);
        assertThat(spooled(0)).isEqualTo(upTo(1));
    }

    @Test
    void shouldSayStoppedOnceWhenStoppedBeforeTheStartOrTwice() {
        coordinator.sendStop();
        coordinator.sendStop();
        coordinator.await(BodyCase.STOPPED);
        assertThat(awaitExit()).isEqualTo(ExitCode.STOPPED);
        assertThat(coordinator.awaitClosed()).isEmpty();
        assertThat(coordinator.all()).filteredOn(Envelope::hasStopped).hasSize(1);
    }

    @Test
    void shouldNameTheFieldWhenAStartIsNotInOrder() {
        assertBadStart(startCapture().clearInterfaces(), "StartCapture.interfaces is empty");
        assertBadStart(startCapture(""), "StartCapture.interfaces has an empty name");
        assertBadStart(startCapture("lo").setSnaplen(0), "StartCapture.snaplen is not in 1..262144");
        assertBadStart(startCapture("lo").setSnaplen(-1), "StartCapture.snaplen is not in 1..262144");
        assertBadStart(startCapture("lo").setBufferBytes(-1), "StartCapture.buffer_bytes is not in 1..2147483647");
        assertBadStart(startCapture("lo").setSegmentBytes(0), "StartCapture.segment_bytes is not positive");
        assertBadStart(startCapture("lo").setSpoolDirectory("here"), "StartCapture.spool_directory is not absolute");
        assertBadStart(startCapture("lo").setSpoolDirectory("/\0"), "StartCapture.spool_directory is not a path");
    }

    private void assertBadStart(StartCapture.Builder start, String message) {
        Envelope refused = coordinator.awaitReply(coordinator.send(start));
        assertThat(refused.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_PROTOCOL);
        assertThat(refused.getFailure().getMessage()).contains(message);
    }

    @Test
    void shouldAnswerWithAFailureAndGoOnWhenABodyIsNotForIt() {
        long sequence = coordinator.pipe().send(Envelope.newBuilder().setGetStatus(GetStatus.getDefaultInstance()));
        assertThat(coordinator.awaitReply(sequence).getFailure().getCode())
                .isEqualTo(FailureCode.FAILURE_CODE_PROTOCOL);
        assertThat(coordinator.awaitReply(coordinator.send(startCapture("lo"))).hasCaptureReady())
                .isTrue();
    }

    @Test
    void shouldAnswerQuestionsAboutTheHostWhenItWaitsAndWhenItCaptures() {
        assertQuestionsAnswered();
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        assertQuestionsAnswered();
    }

    private void assertQuestionsAnswered() {
        long interfaces =
                coordinator.pipe().send(Envelope.newBuilder().setListInterfaces(ListInterfaces.getDefaultInstance()));
        assertThat(coordinator.awaitReply(interfaces).getInterfaceList().getInterfacesList())
                .extracting(info -> info.getName())
                .containsExactly("eth0", "lo");
        long features =
                coordinator.pipe().send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        assertThat(coordinator
                        .awaitReply(features)
                        .getFeatureList()
                        .getFeatures(0)
                        .getName())
                .isEqualTo("capture");
    }

    @Test
    void shouldAnnounceWhatIsThereAndFailWhenADeviceBreaks() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0", "lo")));
        upTo(40).forEach(number -> lo.arrive(packet(number)));
        upTo(20).forEach(number -> eth0.arrive(packet(number)));
        coordinator.await(envelope -> envelope.getSpoolProgress().getInterface() == 0
                && envelope.getSpoolProgress().getCounters().getWrittenPackets() == 20);
        eth0.failNextPump(new HostException(HostException.Code.DEVICE_LOST, "capture on eth0: gone", "look"));
        Envelope failure = coordinator.await(BodyCase.FAILURE);
        assertThat(failure.getInReplyTo()).isZero();
        assertThat(failure.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_DEVICE_LOST);
        assertThat(failure.getFailure().getMessage()).isEqualTo("capture on eth0: gone");
        assertThat(spooled(0)).isEqualTo(upTo(20));
        assertThat(spooled(1)).isEqualTo(upTo(40));
        assertThat(awaitExit()).isEqualTo(ExitCode.FAILED);
        assertThat(coordinator.awaitClosed()).isEmpty();
        assertThat(coordinator.all()).noneMatch(Envelope::hasStopped);
    }

    @Test
    void shouldAnnounceWhatWasReadableAndFailWhenTheDiskIsFull() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        upTo(10).forEach(number -> eth0.arrive(packet(number)));
        coordinator.await(envelope -> envelope.getSpoolProgress().getCounters().getWrittenPackets() == 10);
        eth0.failNextFlush(new HostException(HostException.Code.DISK_FULL, "write x: full", "free some"));
        Envelope failure = coordinator.await(BodyCase.FAILURE);
        assertThat(failure.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_DISK_FULL);
        assertThat(spooled(0)).isEqualTo(upTo(10));
        assertThat(coordinator.progress(0)).filteredOn(SpoolProgress::getEnded).hasSize(1);
        assertThat(awaitExit()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void shouldNotAnnounceAnEndTwiceWhenTheNextSegmentCannotBeCreated() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0").setSegmentBytes(100)));
        eth0.failNextSegment(new HostException(HostException.Code.DISK_FULL, "create x: full", "free some"));
        upTo(10).forEach(number -> eth0.arrive(packet(number)));
        coordinator.await(BodyCase.FAILURE);
        assertThat(coordinator.progress(0)).filteredOn(SpoolProgress::getEnded).hasSize(1);
        assertThat(awaitExit()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void shouldCloseItsFilesAndEndWhenThePipeIsClosed() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        upTo(25).forEach(number -> eth0.arrive(packet(number)));
        coordinator.await(envelope -> envelope.getSpoolProgress().getCounters().getWrittenPackets() == 25);
        coordinator.close();
        assertThat(awaitExit()).isEqualTo(ExitCode.PIPE_LOST);
        assertThat(eth0.isClosed()).isTrue();
        assertThat(PcapRecords.read(directory.resolve("run7-if0-000001.pcap"))).hasSize(25);
    }

    @Test
    void shouldDrainAndSaySoWhenItEndsByItselfAfterASignal() {
        coordinator.awaitReply(coordinator.send(startCapture("eth0")));
        upTo(5).forEach(number -> eth0.arrive(packet(number)));
        queue.post(CaptureWorker::stopAfterSignal);
        assertThat(coordinator.await(BodyCase.FAILURE).getFailure().getMessage())
                .contains("ended by a signal");
        assertThat(spooled(0)).isEqualTo(upTo(5));
        assertThat(awaitExit()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void shouldRefuseWhenTheArgumentsAreWrongOrNobodyListens() throws InterruptedException {
        assertThat(runWith("--pipe", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(runWith("--pipe", "x", "--run", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(runWith("--pipe", directory.resolve("nobody").toString(), "--run", "1"))
                .isEqualTo(ExitCode.NOT_ADMITTED);
        try (var entries = Files.list(directory)) {
            assertThat(entries).hasSize(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ExitCode runWith(String... arguments) throws InterruptedException {
        ByteArrayInputStream secret = new ByteArrayInputStream(SECRET.getBytes(StandardCharsets.US_ASCII));
        return CaptureWorkerMain.run(arguments, secret, host, new CommandQueue());
    }
}
