package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.SessionDocument;
import io.pidcap.protocol.v1.Stopped;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PipeTest {
    @TempDir
    Path directory;

    @Test
    void shouldCarryMessagesBothWaysInOrderWithTheirSequence() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            RecordingListener listener = new RecordingListener();
            try (PipeClient client = fixture.connect(listener)) {
                PipeFixture.Admitted peer = fixture.nextAdmitted();
                for (int i = 0; i < 5000; i++) {
                    assertThat(client.pipe().send(PipeFixture.STATUS.clone())).isEqualTo(i + 2);
                }
                for (int i = 0; i < 5000; i++) {
                    assertThat(peer.listener().next().getSequence()).isEqualTo(i + 2);
                }
                peer.pipe().reply(77, document(10));
                assertThat(listener.next().getInReplyTo()).isEqualTo(77);
            }
        }
    }

    @Test
    void shouldTellBothEndsOfACleanCloseWithoutCause() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            RecordingListener listener = new RecordingListener();
            PipeClient client = fixture.connect(listener);
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            client.close();
            assertThat(peer.listener().closeCause()).isEmpty();
            assertThat(listener.closeCause()).isEmpty();
        }
    }

    @Test
    void shouldDeliverEverythingSentBeforeCloseWhenPeerReadsLate() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            PipeClient client = fixture.connect(new RecordingListener());
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            peer.pipe().setReading(false);
            for (int i = 0; i < 50; i++) {
                client.pipe().send(document(100_000));
            }
            client.pipe().close();
            peer.pipe().setReading(true);
            for (int i = 0; i < 50; i++) {
                assertThat(peer.listener().next().hasSessionDocument()).isTrue();
            }
            assertThat(peer.listener().closeCause()).isEmpty();
            client.close();
        }
    }

    @Test
    void shouldDeliverLastWordsOfPeerThatClosedOverOurUnreadMessages() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            SocketChannel raw = fixture.rawAdmitted();
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            peer.pipe().setReading(false);
            // Unread in the peer's buffer when it closes: the end of what it sent then comes as ECONNRESET.
            for (int i = 0; i < 20; i++) {
                peer.pipe().send(document(100_000));
            }
            PipeFixture.write(
                    raw,
                    PipeFixture.framed(Envelope.newBuilder()
                            .setSequence(2)
                            .setStopped(Stopped.getDefaultInstance())
                            .build()));
            raw.close();
            // Refused by the system, which must not close the pipe over what it still has for us.
            peer.pipe().send(document(100_000));
            assertThat(peer.pipe().awaitWritable(20_000)).isTrue();
            peer.pipe().setReading(true);
            assertThat(peer.listener().next().hasStopped()).isTrue();
            assertThat(peer.listener().closeCause()).isEmpty();
        }
    }

    @Test
    void shouldHoldSenderBackWhenPeerDoesNotRead() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory);
                PipeClient client = fixture.connect(new RecordingListener())) {
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            peer.pipe().setReading(false);
            int sent = 0;
            while (client.pipe().awaitWritable(200)) {
                client.pipe().send(document(200_000));
                sent++;
                assertThat(sent).isLessThan(100);
            }
            peer.pipe().setReading(true);
            assertThat(client.pipe().awaitWritable(20_000)).isTrue();
            for (int i = 0; i < sent; i++) {
                peer.listener().next();
            }
        }
    }

    @Test
    void shouldWakeWaitingSenderWhenPipeCloses() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            SocketChannel raw = fixture.rawAdmitted();
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            for (int i = 0; i < 30; i++) {
                peer.pipe().send(document(200_000));
            }
            CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return peer.pipe().awaitWritable(20_000) && peer.pipe().awaitWritable(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            raw.close();
            peer.listener().closeCause();
            waiting.get(20, TimeUnit.SECONDS);
            assertThat(peer.pipe().awaitWritable(20_000)).isFalse();
            assertThat(peer.pipe().send(document(1))).isPositive();
        }
    }

    @Test
    void shouldRefuseToSendMoreThanAFrameHolds() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory);
                PipeClient client = fixture.connect(new RecordingListener())) {
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            assertThatThrownBy(() -> client.pipe().send(document(PipeLimits.MAX_FRAME_BYTES)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SESSION_DOCUMENT");
            client.pipe().send(document(PipeLimits.MAX_FRAME_BYTES - 64));
            assertThat(peer.listener().next().getSequence()).isEqualTo(2);
        }
    }

    @Test
    void shouldAnswerFailureAndGoOnWhenListenerFindsAProtocolError() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<@Nullable Throwable> closed = new CompletableFuture<>();
        PipeListener picky = new PipeListener() {
            @Override
            public void received(Pipe pipe, Envelope envelope) {
                if (calls.incrementAndGet() == 1) {
                    throw new ProtocolException("Tuple.local_port 70000 is not in 0..65535");
                }
                throw new IllegalStateException("a fault of our own");
            }

            @Override
            public void closed(Pipe pipe, @Nullable Throwable cause) {
                closed.complete(cause);
            }
        };
        try (PipeFixture fixture = new PipeFixture(directory, (pipe, hello, user) -> picky)) {
            RecordingListener listener = new RecordingListener();
            try (PipeClient client = fixture.connect(listener)) {
                long sent = client.pipe().send(PipeFixture.STATUS.clone());
                Envelope answer = listener.next();
                assertThat(answer.getInReplyTo()).isEqualTo(sent);
                assertThat(answer.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_PROTOCOL);
                assertThat(answer.getFailure().getMessage())
                        .contains("GET_STATUS")
                        .contains("local_port 70000");
                client.pipe().send(PipeFixture.STATUS.clone());
                assertThat(closed.get(20, TimeUnit.SECONDS)).hasMessage("a fault of our own");
                assertThat(listener.closeCause()).isEmpty();
            }
        }
    }

    @Test
    void shouldCloseEverythingAndDeleteTheSocketWhenServerCloses() throws Exception {
        PipeFixture fixture = new PipeFixture(directory);
        RecordingListener listener = new RecordingListener();
        try (PipeClient client = fixture.connect(listener)) {
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            peer.pipe().send(document(500_000));
            fixture.server.close();
            fixture.server.close();
            assertThat(listener.next().hasSessionDocument()).isTrue();
            assertThat(listener.closeCause()).isEmpty();
            assertThat(peer.listener().closeCause()).isEmpty();
            assertThat(Files.exists(fixture.socket)).isFalse();
            assertThat(client.pipe().awaitWritable(1)).isFalse();
        }
    }

    @Test
    void shouldNameItsThreadsByRole() throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        try (PipeFixture fixture = new PipeFixture(directory, (pipe, hello, user) -> {
                    name.complete(Thread.currentThread().getName());
                    return new RecordingListener();
                });
                PipeClient client = fixture.connect(new RecordingListener())) {
            assertThat(name.get(20, TimeUnit.SECONDS)).isEqualTo("pipe-test.sock");
            assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                    .contains("pipe-control");
            assertThat(client.pipe().awaitWritable(1)).isTrue();
        }
    }

    static Envelope.Builder document(int bytes) {
        return Envelope.newBuilder()
                .setSessionDocument(SessionDocument.newBuilder().setJson("x".repeat(bytes)));
    }
}
