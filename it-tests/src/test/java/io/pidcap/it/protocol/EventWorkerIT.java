package io.pidcap.it.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Require;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.WorkerUnderTest;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.FlowEventKind;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.v1.SocketStateValue;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.v1.TakeSnapshot;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.v1.WatchReady;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventWorkerIT {
    @TempDir
    Path directory;

    @BeforeEach
    void needs() {
        Require.all(Require.ROOT, Require.PYTHON3);
    }

    @Test
    void shouldTellInTheSnapshotWhoOwnsASocketThatWasOpenBefore() throws Exception {
        try (TrafficProgram server = TrafficProgram.start(directory, "snap-server", "tcp-server", "127.7.1.2");
                WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            int port = server.readPort();
            List<SnapshotPart> parts = snapshot(worker, watch());

            Socket listener = parts.stream()
                    .flatMap(p -> p.getSocketsList().stream())
                    .filter(s ->
                            s.getTuple().getLocalPort() == port && s.getTuple().getProtocol() == 6)
                    .findFirst()
                    .orElseThrow();
            assertThat(listener.getState()).isEqualTo(SocketStateValue.SOCKET_STATE_VALUE_LISTENING);
            assertThat(listener.getTuple().getLocalAddress().toByteArray()).containsExactly(127, 7, 1, 2);
            assertThat(listener.getOwnersList())
                    .singleElement()
                    .satisfies(o -> assertThat(o.getPid()).isEqualTo((int) server.pid()));
            Process process = parts.stream()
                    .flatMap(p -> p.getProcessesList().stream())
                    .filter(p -> p.getIdentity().getPid() == server.pid())
                    .findFirst()
                    .orElseThrow();
            assertThat(process.getName()).startsWith("python3");
            assertThat(process.getArguments(0)).endsWith("/snap-server");
        }
    }

    @Test
    void shouldTellOpeningAndClosingOfAConnection() throws Exception {
        try (TrafficProgram server = TrafficProgram.start(directory, "event-server", "tcp-server", "127.7.1.2");
                WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            String port = Integer.toString(server.readPort());
            snapshot(worker, watch());
            try (TrafficProgram client =
                    TrafficProgram.start(directory, "event-client", "client", "tcp", "127.7.1.1", "127.7.1.2", port)) {
                int localPort = TrafficProgram.portOf(client.tell("open"));
                FlowEventMessage opened = awaitEvent(
                        worker,
                        e -> e.getKind() == FlowEventKind.FLOW_EVENT_KIND_OPENED
                                && e.getTuple().getLocalPort() == localPort
                                && e.getState() == SocketStateValue.SOCKET_STATE_VALUE_CONNECTED);
                assertThat(opened.getOwner().getPid()).isEqualTo((int) client.pid());
                assertThat(opened.getTuple().getRemotePort()).isEqualTo(Integer.parseInt(port));
                client.tell("close");
                awaitEvent(
                        worker,
                        e -> e.getKind() == FlowEventKind.FLOW_EVENT_KIND_CLOSED
                                && e.getSocketId() == opened.getSocketId());
            }
        }
    }

    @Test
    void shouldNumberItsBatchesAndMoveTheWatermarkBeyondTheStop() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            snapshot(worker, watch());
            long stoppedNanos = TimeUnit.SECONDS.toNanos(Instant.now().getEpochSecond());
            worker.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
            worker.await("Stopped", e -> e.getBodyCase() == BodyCase.STOPPED);
            assertThat(worker.awaitExit()).isZero();
            List<Envelope> batches = worker.received().stream()
                    .filter(e -> e.getBodyCase() == BodyCase.FLOW_BATCH)
                    .toList();
            assertThat(batches).isNotEmpty();
            for (int i = 0; i < batches.size(); i++) {
                assertThat(batches.get(i).getFlowBatch().getNumber()).isEqualTo(i + 1L);
            }
            assertThat(batches.get(batches.size() - 1)
                            .getFlowBatch()
                            .getCompleteUntil()
                            .getEpochNanos())
                    .isGreaterThan(stoppedNanos);
        }
    }

    @Test
    void shouldTakeASnapshotWithoutWatching() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            long request = worker.send(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
            assertThat(parts(worker, request)).isNotEmpty();
        }
    }

    @Test
    void shouldRefuseASecondWatch() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            snapshot(worker, watch());
            Envelope second = worker.awaitReply(worker.send(watch()));
            assertThat(second.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_WRONG_STATE);
        }
    }

    @Test
    void shouldSayWhatPollingCanMiss() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            long request = worker.send(watch());
            parts(worker, request);
            WatchReady ready = worker.await("WatchReady", e -> e.getBodyCase() == BodyCase.WATCH_READY)
                    .getWatchReady();
            assertThat(ready.getSource()).isEqualTo(EventSource.EVENT_SOURCE_PROC);
            assertThat(ready.getLimitsList()).isNotEmpty();
        }
    }

    @Test
    void shouldEndByItselfWhenThePipeCloses() throws Exception {
        try (WorkerUnderTest worker = WorkerUnderTest.start(directory, Role.ROLE_EVENT_WORKER)) {
            snapshot(worker, watch());
            worker.hangUp();
            worker.awaitExit();
        }
    }

    private static Envelope.Builder watch() {
        return Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder()
                        .setSource(EventSource.EVENT_SOURCE_PROC)
                        .setPollIntervalMillis(50));
    }

    private static List<SnapshotPart> snapshot(WorkerUnderTest worker, Envelope.Builder watch) throws Exception {
        List<SnapshotPart> parts = parts(worker, worker.send(watch));
        worker.await("WatchReady", e -> e.getBodyCase() == BodyCase.WATCH_READY);
        return parts;
    }

    private static List<SnapshotPart> parts(WorkerUnderTest worker, long request) throws Exception {
        List<SnapshotPart> parts = new ArrayList<>();
        do {
            Envelope part = worker.await(
                    "a part of the snapshot",
                    e -> e.getBodyCase() == BodyCase.SNAPSHOT_PART && e.getInReplyTo() == request);
            parts.add(part.getSnapshotPart());
        } while (!parts.get(parts.size() - 1).getLast());
        return parts;
    }

    private static FlowEventMessage awaitEvent(WorkerUnderTest worker, Predicate<FlowEventMessage> fits)
            throws Exception {
        Envelope batch = worker.await(
                "the event",
                e -> e.getBodyCase() == BodyCase.FLOW_BATCH
                        && e.getFlowBatch().getEventsList().stream().anyMatch(fits));
        return batch.getFlowBatch().getEventsList().stream()
                .filter(fits)
                .findFirst()
                .orElseThrow();
    }
}
