package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.GetStatus;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SessionDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listening server that admits everyone (or whom a test's own admission admits), and raw clients for bad bytes. */
final class PipeFixture implements AutoCloseable {
    static final Hello HELLO = Hello.newBuilder()
            .setWireMajor(PipeLimits.WIRE_MAJOR)
            .setRole(Role.ROLE_CONTROL)
            .setBuild("test")
            .build();
    static final Envelope.Builder STATUS = Envelope.newBuilder().setGetStatus(GetStatus.getDefaultInstance());

    /** An admitted peer as the server sees it. */
    record Admitted(Pipe pipe, Hello hello, @Nullable UserPrincipal user, RecordingListener listener) {}

    final Path socket;
    final PipeServer server;
    private final LinkedBlockingQueue<Admitted> admitted = new LinkedBlockingQueue<>();

    PipeFixture(Path directory) throws IOException {
        socket = directory.resolve("test.sock");
        server = PipeServer.listen(socket, this::admit);
    }

    PipeFixture(Path directory, PipeServer.Admission admission) throws IOException {
        socket = directory.resolve("test.sock");
        server = PipeServer.listen(socket, admission);
    }

    private PipeListener admit(Pipe pipe, Hello hello, @Nullable UserPrincipal user) {
        RecordingListener listener = new RecordingListener();
        admitted.add(new Admitted(pipe, hello, user, listener));
        return listener;
    }

    Admitted nextAdmitted() throws InterruptedException {
        Admitted next = admitted.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nobody was admitted");
        }
        return next;
    }

    PipeClient connect(PipeListener listener) throws Exception {
        return PipeClient.connect(socket, HELLO, listener, 20_000);
    }

    /** A blocking socket that can write anything. */
    SocketChannel raw() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** A raw client that was admitted: its Hello is said and the Welcome read. */
    SocketChannel rawAdmitted() throws IOException {
        SocketChannel channel = raw();
        write(
                channel,
                framed(Envelope.newBuilder().setSequence(1).setHello(HELLO).build()));
        Envelope welcome = read(channel);
        if (!welcome.hasWelcome()) {
            throw new AssertionError("not admitted: " + welcome);
        }
        return channel;
    }

    static byte[] framed(Envelope envelope) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        envelope.writeDelimitedTo(out);
        return out.toByteArray();
    }

    static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    static Envelope read(SocketChannel channel) throws IOException {
        Envelope envelope = Envelope.parseDelimitedFrom(java.nio.channels.Channels.newInputStream(channel));
        if (envelope == null) {
            throw new IOException("end of pipe");
        }
        return envelope;
    }

    /** A good client can still connect, ask and be answered. */
    void assertLives() throws Exception {
        RecordingListener listener = new RecordingListener();
        try (PipeClient client = connect(listener)) {
            Admitted peer = nextAdmitted();
            long asked = client.pipe().send(STATUS.clone());
            Envelope question = peer.listener().next();
            peer.pipe()
                    .reply(
                            question.getSequence(),
                            Envelope.newBuilder()
                                    .setSessionDocument(
                                            SessionDocument.newBuilder().setJson("{}")));
            Envelope answer = listener.next();
            if (answer.getInReplyTo() != asked) {
                throw new AssertionError("answer to " + answer.getInReplyTo() + ", not " + asked);
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
