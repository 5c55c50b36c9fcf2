package io.pidcap.it.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Require;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import io.pidcap.it.support.WorkerUnderTest;
import io.pidcap.protocol.v1.Availability;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.GetStatus;
import io.pidcap.protocol.v1.Interface;
import io.pidcap.protocol.v1.ListInterfaces;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StartCapture;
import io.pidcap.protocol.v1.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureWorkerIT {
    @TempDir
    Path directory;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT);
    }

    @Test
    void shouldWriteEveryPacketThatWasOnTheWireBeforeTheStop() throws Exception {
        Require.all(Require.TSHARK, Require.PYTHON3);
        try (TrafficProgram server = TrafficProgram.start(directory, "udp-echo", "udp-server", "127.7.0.2");
                WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            int port = server.readPort();
            Path spool = Files.createDirectory(directory.resolve("spool"));
            Envelope ready = worker.awaitReply(worker.send(start(spool, "lo").toBuilder()));
            assertThat(ready.getBodyCase()).isEqualTo(BodyCase.CAPTURE_READY);
            assertThat(ready.getCaptureReady().getInterfaces(0).getLinkType()).isEqualTo(1);

            try (TrafficProgram client = TrafficProgram.start(
                    directory, "udp-talk", "client", "udp", "127.7.0.1", "127.7.0.2", Integer.toString(port))) {
                client.tell("open");
                client.tell("send 2000 100");
                // The last packets are younger than the kernel's hold time when the stop arrives.
                worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
                worker.await("Stopped", e -> e.getBodyCase() == BodyCase.STOPPED);
            }
            assertThat(worker.awaitExit()).isZero();

            long inFiles = 0;
            for (Path segment : segments(spool)) {
                inFiles += Tshark.count(segment, "ip.addr==127.7.0.1 && udp.port==" + port);
            }
            assertThat(inFiles).as("requests and replies in the segments").isEqualTo(4000);
            SpoolProgress last = lastProgress(worker);
            assertThat(last.getEnded()).isTrue();
            assertThat(last.getCounters().getDroppedPackets()).isZero();
            assertThat(last.getReadableBytes()).isEqualTo(Files.size(spool.resolve(last.getFile())));
        }
    }

    @Test
    void shouldRollSegmentsBySizeAndAnnounceTheEndOfEach() throws Exception {
        Require.all(Require.PYTHON3);
        try (TrafficProgram server = TrafficProgram.start(directory, "udp-echo", "udp-server", "127.7.0.2");
                WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            int port = server.readPort();
            Path spool = Files.createDirectory(directory.resolve("spool"));
            StartCapture small = start(spool, "lo").getStartCapture().toBuilder()
                    .setSegmentBytes(100_000)
                    .build();
            worker.awaitReply(worker.send(Envelope.newBuilder().setStartCapture(small)));
            try (TrafficProgram client = TrafficProgram.start(
                    directory, "udp-talk", "client", "udp", "127.7.0.1", "127.7.0.2", Integer.toString(port))) {
                client.tell("open");
                for (int i = 0; i < 5; i++) {
                    int wanted = i + 1;
                    client.tell("send 200 1000");
                    worker.await(
                            "the end of segment " + wanted,
                            e -> e.getBodyCase() == BodyCase.SPOOL_PROGRESS
                                    && e.getSpoolProgress().getSegment() == wanted
                                    && e.getSpoolProgress().getEnded());
                }
            }
            worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
            assertThat(worker.awaitExit()).isZero();
            assertThat(segments(spool)).hasSizeGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void shouldListTheLoopbackInterfaceWithAddressesAndLinkType() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Envelope reply = worker.awaitReply(
                    worker.send(Envelope.newBuilder().setListInterfaces(ListInterfaces.getDefaultInstance())));
            Interface lo = reply.getInterfaceList().getInterfacesList().stream()
                    .filter(i -> i.getName().equals("lo"))
                    .findFirst()
                    .orElseThrow();
            assertThat(lo.getLoopback()).isTrue();
            assertThat(lo.getUp()).isTrue();
            assertThat(lo.getLinkTypesList()).contains(1);
            assertThat(lo.getAddressesList()).anySatisfy(a -> {
                assertThat(a.getAddress().toByteArray()).containsExactly(127, 0, 0, 1);
                assertThat(a.getPrefixLength()).isEqualTo(8);
            });
        }
    }

    @Test
    void shouldSayThatCapturingIsPossible() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Envelope reply = worker.awaitReply(
                    worker.send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance())));
            assertThat(reply.getFeatureList().getFeaturesList())
                    .anySatisfy(f -> assertThat(f.getAvailability()).isEqualTo(Availability.AVAILABILITY_AVAILABLE));
        }
    }

    @Test
    void shouldAnswerAnUnknownInterfaceAndThenTakeARightOne() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Path spool = Files.createDirectory(directory.resolve("spool"));
            Envelope failed = worker.awaitReply(worker.send(start(spool, "nosuch0").toBuilder()));
            assertThat(failed.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_NO_SUCH_INTERFACE);
            assertThat(failed.getFailure().getMessage()).contains("nosuch0");
            Envelope ready = worker.awaitReply(worker.send(start(spool, "lo").toBuilder()));
            assertThat(ready.getBodyCase()).isEqualTo(BodyCase.CAPTURE_READY);
        }
    }

    @Test
    void shouldAnswerABadFilterWithTheWordsOfTheLibrary() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Path spool = Files.createDirectory(directory.resolve("spool"));
            StartCapture bad = start(spool, "lo").getStartCapture().toBuilder()
                    .setFilter("prot 80")
                    .build();
            Envelope failed =
                    worker.awaitReply(worker.send(Envelope.newBuilder().setStartCapture(bad)));
            assertThat(failed.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_BAD_FILTER);
            assertThat(failed.getFailure().getMessage()).contains("prot 80");
        }
    }

    @Test
    void shouldRefuseASecondStartAndABodyOfAnotherConversation() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Path spool = Files.createDirectory(directory.resolve("spool"));
            worker.awaitReply(worker.send(start(spool, "lo").toBuilder()));
            Envelope second = worker.awaitReply(worker.send(start(spool, "lo").toBuilder()));
            assertThat(second.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_WRONG_STATE);
            Envelope foreign =
                    worker.awaitReply(worker.send(Envelope.newBuilder().setGetStatus(GetStatus.getDefaultInstance())));
            assertThat(foreign.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_PROTOCOL);
            worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
            worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
            worker.await("Stopped", e -> e.getBodyCase() == BodyCase.STOPPED);
            assertThat(worker.awaitExit()).isZero();
        }
    }

    @Test
    void shouldEndByItselfWhenThePipeCloses() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_CAPTURE_WORKER)) {
            Path spool = Files.createDirectory(directory.resolve("spool"));
            worker.awaitReply(worker.send(start(spool, "lo").toBuilder()));
            worker.hangUp();
            worker.awaitExit();
        }
    }

    private static Envelope start(Path spool, String interfaceName) {
        return Envelope.newBuilder()
                .setStartCapture(StartCapture.newBuilder()
                        .addInterfaces(interfaceName)
                        .setSnaplen(262144)
                        .setBufferBytes(8 << 20)
                        .setSpoolDirectory(spool.toString())
                        .setSegmentBytes(64 << 20))
                .build();
    }

    private static List<Path> segments(Path spool) throws Exception {
        try (Stream<Path> files = Files.list(spool)) {
            return files.sorted().toList();
        }
    }

    private static SpoolProgress lastProgress(WorkerUnderTest worker) {
        List<Envelope> progress = worker.received().stream()
                .filter(e -> e.getBodyCase() == BodyCase.SPOOL_PROGRESS)
                .toList();
        return progress.get(progress.size() - 1).getSpoolProgress();
    }
}
