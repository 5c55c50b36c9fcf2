package io.pidcap.protocol.wire;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.Heartbeat;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of an admitted pipe: hands messages to the listener, keeps alive, tells of the end. */
final class Conversation extends SimpleChannelInboundHandler<Envelope> {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    private final PipeConnection connection;
    private final PipeListener listener;
    private boolean saidUnexpected;

    private Conversation(PipeConnection connection, PipeListener listener) {
        this.connection = connection;
        this.listener = listener;
    }

    /** Takes the place of the handshake {@code handler}, which has just admitted the peer. On the event loop. */
    static void begin(
            ChannelPipeline pipeline, ChannelHandler handler, PipeConnection connection, PipeListener listener) {
        pipeline.addBefore(
                pipeline.context(handler).name(),
                "idle",
                new IdleStateHandler(PipeLimits.SILENCE_MILLIS, PipeLimits.HEARTBEAT_MILLIS, 0, TimeUnit.MILLISECONDS));
        pipeline.replace(handler, "conversation", new Conversation(connection, listener));
        // Last, for it hands what came behind the Hello to those that were put in place.
        PipeChannels.trust(pipeline, connection);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Envelope envelope) {
        if (connection.hasFailed()) {
            return;
        }
        switch (envelope.getBodyCase()) {
            case HEARTBEAT -> {}
            case HELLO, WELCOME, REJECT, BODY_NOT_SET -> unexpected(envelope);
            default -> deliver(envelope);
        }
    }

    private void deliver(Envelope envelope) {
        try {
            listener.received(connection, envelope);
        } catch (ProtocolException e) {
            if (envelope.hasFailure()) {
                // An answer to an answer would never end.
                LOG.warn("a Failure from the peer was not understood", e);
                return;
            }
            answer(envelope, envelope.getBodyCase() + ": " + e.getMessage());
        }
    }

    private void unexpected(Envelope envelope) {
        String what = envelope.getBodyCase() == Envelope.BodyCase.BODY_NOT_SET
                ? "a message of a kind not known to wire version " + PipeLimits.WIRE_MAJOR + "." + PipeLimits.WIRE_MINOR
                : envelope.getBodyCase() + " after the handshake";
        answer(envelope, what);
    }

    private void answer(Envelope envelope, String what) {
        if (!saidUnexpected) {
            saidUnexpected = true;
            LOG.warn("the peer sent what cannot be handled (said once for this pipe): {}", what);
        }
        connection.reply(
                envelope.getSequence(),
                Envelope.newBuilder()
                        .setFailure(Failure.newBuilder()
                                .setCode(FailureCode.FAILURE_CODE_PROTOCOL)
                                .setMessage(what)));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!(event instanceof IdleStateEvent idle)) {
            super.userEventTriggered(ctx, event);
            return;
        }
        if (idle.state() == IdleState.WRITER_IDLE) {
            // Behind what the peer has not taken yet a heartbeat tells nothing, and they would pile up.
            if (connection.nothingPending()) {
                connection.send(Envelope.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
            }
        } else if (ctx.channel().config().isAutoRead()) {
            listener.silent(connection);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
        if (!PipeErrors.isPeerClosed(error)) {
            connection.fail(PipeErrors.translated(error));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.markClosed();
        listener.closed(connection, connection.cause());
    }
}
