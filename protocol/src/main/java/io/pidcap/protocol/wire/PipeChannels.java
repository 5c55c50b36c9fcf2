package io.pidcap.protocol.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
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

    /** Framing, codec and numbering, then {@code handshake}. */
    static void install(Channel channel, PipeConnection connection, ChannelHandler handshake) {
        // A write that fails must not close the channel over what the peer sent before it closed.
        channel.config().setOption(ChannelOption.AUTO_CLOSE, false);
        channel.pipeline()
                .addLast("frames", new FrameDecoder(connection))
                .addLast("messages", new ProtobufDecoder(Envelope.getDefaultInstance()))
                .addLast("lengths", new ProtobufVarint32LengthFieldPrepender())
                .addLast("bytes", new ProtobufEncoder())
                .addLast("sequence", new SequenceCheck())
                .addLast("handshake", handshake);
    }

    /** The user of the connected process; null where the system does not tell. */
    static @Nullable UserPrincipal peerUser(Channel channel) {
        UnixDomainPrincipal peer = channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        return peer == null ? null : peer.user();
    }
}
