package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A peer that takes nothing, or whose end of the socket has gone, at a clock that the test turns. */
final class StalledPeerTest {
    private final RecordingListener listener = new RecordingListener();

    /** The system takes nothing of what is written. */
    private static class StalledChannel extends EmbeddedChannel {
        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {}
    }

    /** The system refuses what is written. */
    private static final class RefusingChannel extends StalledChannel {
        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {
            throw new IOException("Broken pipe");
        }

        @Override
        protected void doShutdownOutput() {
            // As of a socket: what the peer sent before can still be read.
        }
    }

    private PipeConnection admitted(EmbeddedChannel channel) {
        channel.freezeTime();
        PipeConnection connection = PipeConnection.ofClient(channel);
        ClientHandshake handshake = new ClientHandshake(connection, PipeFixture.HELLO, listener);
        PipeChannels.install(channel, connection, handshake, PipeLimits.MAX_FRAME_BYTES);
        Conversation.begin(channel.pipeline(), handshake, connection, listener);
        return connection;
    }

    private static void pass(EmbeddedChannel channel, long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void shouldGiveUpClosingWhenThePeerTakesNothing() throws Exception {
        EmbeddedChannel channel = new StalledChannel();
        PipeConnection connection = admitted(channel);
        connection.send(PipeTest.document(1000));
        connection.close();
        channel.runPendingTasks();
        pass(channel, PipeLimits.CLOSE_STALL_MILLIS - 1);
        assertThat(channel.isOpen()).isTrue();
        pass(channel, 1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(listener.closeCause().orElseThrow()).hasMessageContaining("has read nothing for 5000 ms");
    }

    @Test
    void shouldNotPileUpHeartbeatsBehindWhatThePeerHasNotTaken() {
        EmbeddedChannel channel = new StalledChannel();
        PipeConnection connection = admitted(channel);
        connection.send(PipeTest.document(1000));
        channel.runPendingTasks();
        long before = channel.unsafe().outboundBuffer().totalPendingWriteBytes();
        for (int i = 0; i < 20; i++) {
            pass(channel, PipeLimits.HEARTBEAT_MILLIS);
        }
        assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isEqualTo(before);
    }

    @Test
    void shouldCloseWithTheWritesFailureWhenThePeersEndDoesNotCome() throws Exception {
        EmbeddedChannel channel = new RefusingChannel();
        PipeConnection connection = admitted(channel);
        connection.setReading(false);
        connection.send(PipeTest.document(1000));
        channel.runPendingTasks();
        pass(channel, PipeLimits.SILENCE_MILLIS);
        assertThat(channel.isOpen()).isTrue();
        connection.setReading(true);
        pass(channel, PipeLimits.SILENCE_MILLIS);
        assertThat(channel.isOpen()).isFalse();
        assertThat(listener.closeCause().orElseThrow()).hasMessageContaining("Broken pipe");
    }
}
