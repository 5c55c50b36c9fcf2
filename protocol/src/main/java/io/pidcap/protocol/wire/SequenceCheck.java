package io.pidcap.protocol.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pidcap.protocol.v1.Envelope;

/** Lets the peer's messages through as long as their numbers run 1, 2, 3 without a gap. Owned by the event loop. */
final class SequenceCheck extends ChannelInboundHandlerAdapter {
    private long expected = 1;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Envelope envelope = (Envelope) message;
        if (envelope.getSequence() != expected) {
            throw new ProtocolException("message " + Long.toUnsignedString(envelope.getSequence()) + " ("
                    + envelope.getBodyCase() + ") came where message " + expected + " was due");
        }
        expected++;
        ctx.fireChannelRead(envelope);
    }
}
