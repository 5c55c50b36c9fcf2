package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Reject;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Welcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a listener that does what the test says, with raw bytes. */
@Timeout(60)
final class PipeClientTest {
    private static final Envelope WELCOME = Envelope.newBuilder()
            .setSequence(1)
            .setInReplyTo(1)
            .setWelcome(Welcome.newBuilder().setWireMajor(1))
            .build();

    @TempDir
    Path directory;

    private Path socket = Path.of("");
    private final ServerSocketChannel server;
    private final RecordingListener listener = new RecordingListener();

    PipeClientTest() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("raw.sock");
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private ThrowingCallable connecting(long timeoutMillis) {
        return () -> PipeClient.connect(socket, PipeFixture.HELLO, listener, timeoutMillis);
    }

    /** Accepts one client, reads its Hello, and answers with the bytes. */
    private CompletableFuture<SocketChannel> answering(byte[] bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                SocketChannel accepted = server.accept();
                Envelope hello = PipeFixture.read(accepted);
                assertThat(hello.getSequence()).isEqualTo(1);
                assertThat(hello.getHello().getWireMajor()).isEqualTo(PipeLimits.WIRE_MAJOR);
                PipeFixture.write(accepted, bytes);
                return accepted;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void shouldNameTheSocketThatIsNotThere() {
        Path absent = directory.resolve("absent.sock");
        assertThatThrownBy(() -> PipeClient.connect(absent, PipeFixture.HELLO, listener, 20_000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(absent.toString())
                .hasMessageContaining("No such file");
    }

    @Test
    void shouldNameTheSocketOnWhichNobodyListens() throws IOException {
        server.close();
        assertThatThrownBy(connecting(20_000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(socket.toString())
                .hasMessageContaining("Connection refused");
    }

    @Test
    void shouldGiveUpWhenThereIsNoAnswerInTime() {
        assertThatThrownBy(connecting(50))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no answer within 50 ms");
    }

    @Test
    void shouldTellTheReasonOfARefusal() throws Exception {
        byte[] reject = PipeFixture.framed(Envelope.newBuilder()
                .setSequence(1)
                .setReject(Reject.newBuilder()
                        .setReason(RejectReason.REJECT_REASON_VERSION)
                        .setMessage("1.0 here, 2.0 there"))
                .build());
        CompletableFuture<SocketChannel> peer = answering(reject);
        assertThatThrownBy(connecting(20_000))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(socket.toString())
                .hasMessageContaining("refused: 1.0 here, 2.0 there");
        assertThat(listener.isClosed()).isFalse();
        peer.get(20, TimeUnit.SECONDS).close();
    }

    @Test
    void shouldFailWhenTheListenerClosesWithoutAnAnswer() throws Exception {
        CompletableFuture<Void> closing = answering(new byte[0]).thenAccept(accepted -> {
            try {
                accepted.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(connecting(20_000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed without an answer");
        closing.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldFailAtAnAnswerThatIsNone() throws Exception {
        CompletableFuture<SocketChannel> peer = answering(EmbeddedPipe.messages(1, 1));
        assertThatThrownBy(connecting(20_000))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("GET_STATUS");
        peer.get(20, TimeUnit.SECONDS).close();
    }

    @Test
    void shouldCloseAtAGapInWhatTheListenerSends() throws Exception {
        CompletableFuture<SocketChannel> peer = answering(PipeFixture.framed(WELCOME));
        try (PipeClient client = PipeClient.connect(socket, PipeFixture.HELLO, listener, 20_000)) {
            PipeFixture.write(peer.get(20, TimeUnit.SECONDS), EmbeddedPipe.messages(3, 1));
            assertThat(listener.closeCause().orElseThrow()).hasMessageContaining("message 2 was due");
            assertThat(client.pipe().awaitWritable(20_000)).isFalse();
        }
        peer.get().close();
    }

    @Test
    void shouldDeliverWhatComesRightBehindTheWelcome() throws Exception {
        byte[] welcome = PipeFixture.framed(WELCOME);
        byte[] more = EmbeddedPipe.messages(2, 2);
        byte[] bytes = Arrays.copyOf(welcome, welcome.length + more.length);
        System.arraycopy(more, 0, bytes, welcome.length, more.length);
        CompletableFuture<SocketChannel> peer = answering(bytes);
        try (PipeClient client = PipeClient.connect(socket, PipeFixture.HELLO, listener, 20_000)) {
            assertThat(listener.next().getSequence()).isEqualTo(2);
            assertThat(listener.next().getSequence()).isEqualTo(3);
            assertThat(client.pipe().send(PipeFixture.STATUS.clone())).isEqualTo(2);
        }
        peer.get(20, TimeUnit.SECONDS).close();
    }
}
