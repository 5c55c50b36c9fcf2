package io.pidcap.protocol.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.protobuf.ProtobufVarint32FrameDecoder;

/**
 * Cuts the bytes of a pipe into frames. The length is judged before anything is kept of an oversized frame; a pipe that
 * ends inside a frame is reported as torn, which a close at a frame's border is not.
 */
final class FrameDecoder extends ProtobufVarint32FrameDecoder {
    private final PipeConnection connection;

    /** @param mostBytes of a frame */
    FrameDecoder(PipeConnection connection, int mostBytes) {
        super(mostBytes);
        this.connection = connection;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        int left = actualReadableBytes();
        if (left > 0) {
            connection.torn(left);
        }
        super.channelInactive(ctx);
    }
}
