package io.pidcap.protocol.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.codec.protobuf.ProtobufDecoder;
import io.netty.handler.codec.protobuf.ProtobufEncoder;
import io.netty.handler.codec.protobuf.ProtobufVarint32LengthFieldPrepender;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.pidcap.protocol.v1.Envelope;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** What both ends of a pipe set up alike. */
final class PipeChannels {
    private static final String FRAMES = "frames";

    private PipeChannels() {}

    /** One thread with the given name; it does not keep the program alive. */
    static MultiThreadIoEventLoopGroup eventLoop(String threadName) {
        return new MultiThreadIoEventLoopGroup(
                1,
                task -> {
                    Thread thread = new FastThreadLocalThread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                },
                NioIoHandler.newFactory());
    }

    /**
     * Framing, codec and numbering, then {@code handshake}.
     *
     * @param mostBytes of a frame until {@link #trust}
     */
    static void install(Channel channel, PipeConnection connection, ChannelHandler handshake, int mostBytes) {
        // A write that fails must not close the channel over what the peer sent before it closed.
        channel.config().setOption(ChannelOption.AUTO_CLOSE, false);
        channel.pipeline()
                .addLast(FRAMES, new FrameDecoder(connection, mostBytes))
                .addLast("messages", new ProtobufDecoder(Envelope.getDefaultInstance()))
                .addLast("lengths", new ProtobufVarint32LengthFieldPrepender())
                .addLast("bytes", new ProtobufEncoder())
                .addLast("sequence", new SequenceCheck())
                .addLast("handshake", handshake);
    }

    /** From now on frames of every size that is allowed; handles what came already before it returns. */
    static void trust(ChannelPipeline pipeline, PipeConnection connection) {
        pipeline.replace(FRAMES, FRAMES, new FrameDecoder(connection, PipeLimits.MAX_FRAME_BYTES));
    }

    /** The user of the connected process; null where the system does not tell. */
    static @Nullable UserPrincipal peerUser(Channel channel) {
        UnixDomainPrincipal peer = channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        return peer == null ? null : peer.user();
    }
}
