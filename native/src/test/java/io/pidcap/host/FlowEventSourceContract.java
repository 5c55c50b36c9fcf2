package io.pidcap.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every source of flow events does; extended by the test of each, the fake's too. */
public abstract class FlowEventSourceContract {
    /** Another process that has sockets. */
    public interface Actor extends AutoCloseable {
        int pid();

        /** Binds a UDP socket to 127.0.0.1 and returns its port. */
        int bindUdp();

        /** Closes the one that was bound to {@code port}. */
        void close(int port);

        /** Ends the process, with all its sockets. Idempotent. */
        void end();

        @Override
        default void close() {
            end();
        }
    }

    protected abstract FlowEventSource open();

    protected abstract Actor startActor() throws Exception;

    private static boolean isUdp(FlowEvent event, int port) {
        return event.tuple().protocol() == TransportProtocol.UDP
                && event.tuple().local().port() == port;
    }

    private static Optional<SocketEntry> inSnapshot(FlowEventCollector collector, int port) {
        return collector.snapshot.sockets().stream()
                .filter(socket -> socket.tuple().protocol() == TransportProtocol.UDP
                        && socket.tuple().local().port() == port)
                .findFirst();
    }

    @Test
    void shouldShowInTheSnapshotWhatWasThereBefore() throws Exception {
        try (Actor actor = startActor();
                FlowEventSource source = open()) {
            int port = actor.bindUdp();
            FlowEventCollector collector = FlowEventCollector.begin(source);

            SocketEntry socket = inSnapshot(collector, port).orElseThrow();
            assertThat(socket.socketId()).isNotZero();
            assertThat(socket.netnsId()).isEqualTo(collector.snapshot.ownNetnsId());
            assertThat(socket.state()).isEqualTo(SocketState.BOUND);
            assertThat(socket.tuple().local().address().isLoopback()).isTrue();
            assertThat(socket.owners()).extracting(ProcessIdentity::pid).containsExactly(actor.pid());
            assertThat(collector.processes).containsKey(socket.owners().get(0));
        }
    }

    @Test
    void shouldTellWhatOpensAndClosesAfterTheSnapshot() throws Exception {
        try (Actor actor = startActor();
                FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            int port = actor.bindUdp();

            FlowEvent opened = collector.await(event -> event.kind() == Kind.OPENED && isUdp(event, port));
            assertThat(opened.owner().pid()).isEqualTo(actor.pid());
            assertThat(opened.state()).isEqualTo(SocketState.BOUND);
            assertThat(opened.tuple().isConnected()).isFalse();

            actor.close(port);
            FlowEvent closed = collector.await(event -> event.kind() == Kind.CLOSED && isUdp(event, port));
            assertThat(closed.owner()).isEqualTo(opened.owner());
            assertThat(closed.socketId()).isEqualTo(opened.socketId());
            assertThat(closed.observed().monotonicNanos())
                    .isGreaterThan(opened.observed().monotonicNanos());
        }
    }

    @Test
    void shouldCloseWhatAProcessHadAndTellItsExit() throws Exception {
        try (FlowEventSource source = open();
                Actor actor = startActor()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            int port = actor.bindUdp();
            FlowEvent opened = collector.await(event -> event.kind() == Kind.OPENED && isUdp(event, port));

            actor.end();
            collector.await(event -> event.kind() == Kind.CLOSED && isUdp(event, port));
            collector.awaitThat(() -> collector.exits.contains(opened.owner()));
        }
    }

    @Test
    void shouldTellWhatHappenedBeforeTheLastLookOrRead() throws Exception {
        try (Actor actor = startActor();
                FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            int port = actor.bindUdp();
            long afterwards = System.nanoTime();
            FlowBatch last = collector.next(0);

            assertThat(last.events()).anyMatch(event -> event.kind() == Kind.OPENED && isUdp(event, port));
            assertThat(last.completeUntil().monotonicNanos()).isGreaterThanOrEqualTo(afterwards);
        }
    }

    @Test
    void shouldMoveItsWatermarkOnWhenNothingHappens() {
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            for (int i = 0; i < 3; i++) {
                long before = collector.watermarkNanos();
                collector.awaitThat(() -> collector.watermarkNanos() > before);
            }
        }
    }

    @Test
    void shouldGiveTheSameInstantOnBothClocks() {
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            FlowBatch batch = collector.next(0);
            long ageNanos = System.nanoTime() - batch.completeUntil().monotonicNanos();
            long epochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
            assertThat(epochNanos - ageNanos - batch.completeUntil().epochNanos())
                    .isBetween(-TimeUnit.MILLISECONDS.toNanos(50), TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    @Test
    void shouldRefuseToBeUsedOutOfOrder() {
        FlowEventSource source = open();
        assertThatThrownBy(source::snapshot).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> source.next(0)).isInstanceOf(IllegalStateException.class);
        source.attach();
        source.snapshot();
        source.close();
        source.close();
        assertThatThrownBy(() -> source.next(0)).isInstanceOf(IllegalStateException.class);
    }
}
