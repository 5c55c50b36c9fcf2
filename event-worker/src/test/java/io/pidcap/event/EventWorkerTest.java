package io.pidcap.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.ScriptedFlowEventSource;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.ListInterfaces;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.v1.TakeSnapshot;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.wire.PipeLimits;
import io.pidcap.protocol.wire.ProtocolException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventWorkerTest {
    private static final ProcessIdentity PROCESS = new ProcessIdentity(4711, 5);
    private static final ProcessInfo INFO =
            new ProcessInfo(PROCESS, 1, "curl", "curl", "/usr/bin/curl", List.of("curl"), 0);

    private final FakePipe pipe = new FakePipe();
    private final CommandQueue commands = new CommandQueue();
    private final EventCommandHandler handler = new EventCommandHandler(commands);
    private final ScriptedBackend backend = new ScriptedBackend();
    private CompletableFuture<ExitCode> ended = new CompletableFuture<>();
    private long lastSequence;

    @BeforeEach
    void startWorker() {
        EventWorker worker = new EventWorker(backend, new CoordinatorLink(pipe, handler), commands);
        ended = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return worker.run();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                command -> new Thread(command, "worker").start());
    }

    @AfterEach
    void endWorker() throws Exception {
        pipe.close();
        handler.closed(pipe, null);
        ended.get(20, TimeUnit.SECONDS);
    }

    private ExitCode exitCode() throws Exception {
        return ended.get(20, TimeUnit.SECONDS);
    }

    private long tell(Envelope.Builder body) {
        long sequence = ++lastSequence;
        handler.received(pipe, body.setSequence(sequence).build());
        return sequence;
    }

    private long watch(EventSource source) {
        return tell(Envelope.newBuilder()
                .setWatchFlows(WatchFlows.newBuilder().setSource(source).setPollIntervalMillis(100)));
    }

    private void stop() {
        tell(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
    }

    /** Watches, and reads up to the WatchReady. */
    private void watching() throws InterruptedException {
        watch(EventSource.EVENT_SOURCE_AUTO);
        pipe.await(Envelope::hasWatchReady);
    }

    private static SocketEntry socket(long id) {
        Endpoint local = new Endpoint(IpAddress.ofIpv4(0x7f000001), (int) (id % 65535) + 1);
        return new SocketEntry(
                id,
                ScriptedFlowEventSource.NETNS,
                new FiveTuple(17, local, Endpoint.NONE),
                SocketState.BOUND,
                List.of(PROCESS));
    }

    @Test
    void shouldSendTheSnapshotThenReadyThenBatches() throws Exception {
        backend.source.starts(INFO);
        backend.source.opens(socket(1));
        long sequence = watch(EventSource.EVENT_SOURCE_AUTO);

        Envelope part = pipe.next();
        assertThat(part.getInReplyTo()).isEqualTo(sequence);
        assertThat(part.getSnapshotPart().getLast()).isTrue();
        assertThat(part.getSnapshotPart().getSocketsCount()).isEqualTo(1);
        assertThat(part.getSnapshotPart().getOwnNetnsId()).isEqualTo(ScriptedFlowEventSource.NETNS);
        Envelope ready = pipe.next();
        assertThat(ready.getInReplyTo()).isEqualTo(sequence);
        assertThat(ready.getWatchReady().getSource()).isEqualTo(EventSource.EVENT_SOURCE_PROC);
        assertThat(ready.getWatchReady().getReason()).isEqualTo(backend.source.reason());
        assertThat(ready.getWatchReady().getLimitsList()).isEqualTo(backend.source.limits());

        backend.source.opens(socket(2));
        backend.source.loses(7);
        long lost = 0;
        boolean told = false;
        for (long number = 1; lost == 0 || !told; number++) {
            Envelope batch = pipe.next();
            assertThat(batch.getInReplyTo()).isZero();
            assertThat(batch.getFlowBatch().getNumber()).isEqualTo(number);
            assertThat(batch.getFlowBatch().hasCompleteUntil()).isTrue();
            lost += batch.getFlowBatch().getLostEvents();
            told |= batch.getFlowBatch().getEventsList().stream().anyMatch(event -> event.getSocketId() == 2);
        }
        assertThat(lost).isEqualTo(7);
    }

    @Test
    void shouldSendAWatermarkWhenNothingHappens() throws Exception {
        watching();
        long first = pipe.next().getFlowBatch().getCompleteUntil().getMonotonicNanos();
        long second = pipe.next().getFlowBatch().getCompleteUntil().getMonotonicNanos();
        assertThat(second).isGreaterThan(first);
    }

    @Test
    void shouldSendMuchInPiecesOfWhichOnlyTheLastHasTheWatermark() throws Exception {
        int count = 3 * PipeLimits.MAX_BATCH_ENTRIES;
        backend.source.starts(INFO);
        for (int id = 1; id <= count; id++) {
            backend.source.opens(socket(id));
        }
        watch(EventSource.EVENT_SOURCE_PROC);
        int sockets = 0;
        SnapshotPart part;
        do {
            part = pipe.next().getSnapshotPart();
            sockets += part.getSocketsCount();
        } while (!part.getLast());
        assertThat(sockets).isEqualTo(count);
        assertThat(pipe.next().hasWatchReady()).isTrue();

        FlowBatchMessage piece = pipe.next().getFlowBatch();
        int events = piece.getEventsCount();
        while (!piece.hasCompleteUntil()) {
            piece = pipe.next().getFlowBatch();
            events += piece.getEventsCount();
        }
        assertThat(events).isEqualTo(count);
        assertThat(piece.getNumber()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void shouldStopWithALastBatchWhoseWatermarkIsAfterTheStop() throws Exception {
        backend.source.starts(INFO);
        watching();
        backend.source.opens(socket(9));
        long asked = System.nanoTime();
        stop();

        boolean told = false;
        long watermark = 0;
        Envelope envelope = pipe.next();
        while (!envelope.hasStopped()) {
            watermark = envelope.getFlowBatch().getCompleteUntil().getMonotonicNanos();
            told |= envelope.getFlowBatch().getEventsList().stream().anyMatch(event -> event.getSocketId() == 9);
            envelope = pipe.next();
        }
        assertThat(told).isTrue();
        assertThat(watermark).isGreaterThan(asked);
        // A source that polls looks once more, however long ago it did.
        assertThat(backend.source.lastTimeoutMillis()).isZero();
        assertThat(exitCode()).isEqualTo(ExitCode.STOPPED);
        assertThat(pipe.isClosed()).isTrue();
        assertThat(pipe.waiting()).isZero();
        assertThat(backend.source.closeCount()).isEqualTo(1);
    }

    @Test
    void shouldStopOnceHoweverOftenItIsTold() throws Exception {
        watching();
        stop();
        stop();
        assertThat(exitCode()).isEqualTo(ExitCode.STOPPED);
        stop();
        pipe.await(Envelope::hasStopped);
        assertThat(pipe.waiting()).isZero();
    }

    @Test
    void shouldStopBeforeItWatches() throws Exception {
        stop();
        assertThat(pipe.next().hasStopped()).isTrue();
        assertThat(exitCode()).isEqualTo(ExitCode.STOPPED);
    }

    @Test
    void shouldStopThoughItWasAskedToWatchInTheSameBreath() throws Exception {
        watch(EventSource.EVENT_SOURCE_AUTO);
        stop();
        pipe.await(Envelope::hasStopped);
        assertThat(exitCode()).isEqualTo(ExitCode.STOPPED);
        assertThat(backend.source.closeCount()).isEqualTo(1);
    }

    @Test
    void shouldRefuseASecondWatch() throws Exception {
        watching();
        long second = watch(EventSource.EVENT_SOURCE_AUTO);
        Envelope refusal = pipe.await(Envelope::hasFailure);
        assertThat(refusal.getInReplyTo()).isEqualTo(second);
        assertThat(refusal.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_WRONG_STATE);
        assertThat(backend.source.attachCount()).isEqualTo(1);
        pipe.await(Envelope::hasFlowBatch);
    }

    @Test
    void shouldStayAndTryAgainWhenNoSourceCanBeAttached() throws Exception {
        long first = watch(EventSource.EVENT_SOURCE_EBPF);
        Envelope refusal = pipe.next();
        assertThat(refusal.getInReplyTo()).isEqualTo(first);
        assertThat(refusal.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_NOT_SUPPORTED);
        assertThat(refusal.getFailure().getMessage()).isEqualTo("no eBPF here");
        assertThat(refusal.getFailure().getHint()).isEqualTo("ask for another source");

        backend.source.refusesToAttach(new HostException(HostException.Code.NO_PRIVILEGE, "not you", ""));
        watch(EventSource.EVENT_SOURCE_AUTO);
        assertThat(pipe.next().getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_NO_PRIVILEGE);
        assertThat(backend.source.closeCount()).isEqualTo(1);

        backend.source.refusesToAttach(null);
        watching();
    }

    @Test
    void shouldTellOfABrokenSourceAndEnd() throws Exception {
        watching();
        backend.source.breaks(new HostException(HostException.Code.IO, "read /proc: gone", "mount it"));
        Envelope failure = pipe.await(Envelope::hasFailure);
        assertThat(failure.getInReplyTo()).isZero();
        assertThat(failure.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_IO);
        assertThat(failure.getFailure().getMessage()).isEqualTo("read /proc: gone");
        assertThat(exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(pipe.isClosed()).isTrue();
        assertThat(backend.source.closeCount()).isEqualTo(1);
    }

    @Test
    void shouldDetachAndEndWhenThePipeCloses() throws Exception {
        watching();
        pipe.close();
        handler.closed(pipe, null);
        assertThat(exitCode()).isEqualTo(ExitCode.PIPE_LOST);
        assertThat(backend.source.closeCount()).isEqualTo(1);
    }

    @Test
    void shouldEndWhenThePipeClosesWhileTheCoordinatorReadsNothing() throws Exception {
        watching();
        pipe.setWritable(false);
        pipe.close();
        handler.closed(pipe, new ProtocolException("torn"));
        assertThat(exitCode()).isEqualTo(ExitCode.PIPE_LOST);
    }

    @Test
    void shouldHoldBackWhileTheCoordinatorReadsNothing() throws Exception {
        backend.source.starts(INFO);
        watching();
        pipe.setWritable(false);
        pipe.awaitHeldBack();
        int sentBefore = pipe.waiting();
        for (int id = 1; id <= 5000; id++) {
            backend.source.opens(socket(id));
        }
        assertThat(pipe.waiting()).isEqualTo(sentBefore);

        pipe.setWritable(true);
        int events = 0;
        while (events < 5000) {
            events += pipe.next().getFlowBatch().getEventsCount();
        }
    }

    @Test
    void shouldAnswerQuestionsAtAnyTime() throws Exception {
        long probe = tell(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        Envelope features = pipe.next();
        assertThat(features.getInReplyTo()).isEqualTo(probe);
        assertThat(features.getFeatureList().getFeatures(0).getName()).isEqualTo("scripted");

        long snapshot = tell(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
        Envelope part = pipe.next();
        assertThat(part.getInReplyTo()).isEqualTo(snapshot);
        assertThat(part.getSnapshotPart().getOwnNetnsId()).isEqualTo(3);
        assertThat(part.getSnapshotPart().getLast()).isTrue();

        watching();
        tell(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
        pipe.await(Envelope::hasFeatureList);
        tell(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
        pipe.await(Envelope::hasSnapshotPart);
        pipe.await(Envelope::hasFlowBatch);
    }

    @Test
    void shouldNotUnderstandTheMessagesOfOthers() {
        assertThatThrownBy(() -> tell(Envelope.newBuilder().setListInterfaces(ListInterfaces.getDefaultInstance())))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void shouldRefuseASourceThatIsNone() {
        assertThatThrownBy(() -> watch(EventSource.EVENT_SOURCE_UNSPECIFIED))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("WatchFlows.source");
    }

    @Test
    void shouldRefuseAnIntervalOutOfBounds() {
        for (int interval : new int[] {0, -1, 3_600_001}) {
            assertThatThrownBy(() -> tell(Envelope.newBuilder()
                            .setWatchFlows(WatchFlows.newBuilder()
                                    .setSource(EventSource.EVENT_SOURCE_AUTO)
                                    .setPollIntervalMillis(interval))))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("poll_interval_millis");
        }
    }

    @Test
    void shouldRefuseMoreRequestsThanItCanRemember() throws Exception {
        pipe.setWritable(false);
        // The first occupies the worker; as many as the queue holds wait behind it.
        tell(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        tell(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
                    }
                })
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("too many");
        stop();
        pipe.setWritable(true);
        pipe.await(Envelope::hasStopped);
    }
}
