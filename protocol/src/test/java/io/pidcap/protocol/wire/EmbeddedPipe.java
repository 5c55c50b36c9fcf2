package io.pidcap.protocol.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pidcap.protocol.v1.Envelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The listening end without a socket and with a clock that the test turns. */
final class EmbeddedPipe {
    final EmbeddedChannel channel = new EmbeddedChannel();
    final PipeConnection connection = PipeConnection.ofServer(channel);
    final Refusals refusals = new Refusals("test");
    final RecordingListener listener = new RecordingListener();
    private final ByteBuf unread = Unpooled.buffer();

    EmbeddedPipe(PipeServer.Admission admission) {
        channel.freezeTime();
        PipeChannels.install(
                channel,
                connection,
                new ServerHandshake(connection, admission, null, refusals, new WaitingPeers()),
                PipeLimits.MAX_HELLO_BYTES);
    }

    /** Past the handshake, which has used the sequence 1 of both sides. */
    static EmbeddedPipe admitted() throws IOException {
        RecordingListener[] handOver = new RecordingListener[1];
        EmbeddedPipe pipe = new EmbeddedPipe((end, hello, user) -> handOver[0]);
        handOver[0] = pipe.listener;
        pipe.receive(PipeFixture.framed(
                Envelope.newBuilder().setSequence(1).setHello(PipeFixture.HELLO).build()));
        Envelope welcome = pipe.sent();
        if (!welcome.hasWelcome()) {
            throw new AssertionError("not admitted: " + welcome);
        }
        return pipe;
    }

    /** {@code count} messages with the sequences from {@code first} on. */
    static byte[] messages(long first, int count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            out.write(PipeFixture.framed(
                    PipeFixture.STATUS.clone().setSequence(first + i).build()));
        }
        return out.toByteArray();
    }

    void receive(byte[] bytes) {
        receive(bytes, 0, bytes.length);
    }

    void receive(byte[] bytes, int from, int until) {
        if (channel.isOpen()) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, from, until - from));
        }
        channel.runPendingTasks();
    }

    /** The peer closes. */
    void end() {
        channel.close().syncUninterruptibly();
        channel.runPendingTasks();
    }

    void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    /** The next message that this end has sent. */
    Envelope sent() throws IOException {
        if (nothingSent()) {
            throw new AssertionError("nothing was sent");
        }
        return Envelope.parseDelimitedFrom(new ByteBufInputStream(unread));
    }

    /** Nothing was sent beyond what {@link #sent} gave. */
    boolean nothingSent() {
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            unread.writeBytes(part);
            part.release();
        }
        return !unread.isReadable();
    }
}
