package io.pidcap.protocol.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The connecting end until the verdict. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
final class ClientHandshake extends SimpleChannelInboundHandler<Envelope> {
    private final PipeConnection connection;
    private final Hello hello;
    private final PipeListener listener;
    private final CompletableFuture<@Nullable Void> verdict = new CompletableFuture<>();

    ClientHandshake(PipeConnection connection, Hello hello, PipeListener listener) {
        this.connection = connection;
        this.hello = hello;
        this.listener = listener;
    }

    /** Completes when admitted; otherwise with a {@link ProtocolException} or {@link IOException} without the name. */
    CompletableFuture<@Nullable Void> verdict() {
        return verdict;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connection.send(Envelope.newBuilder()
                .setHello(hello.toBuilder().setWireMajor(PipeLimits.WIRE_MAJOR).setWireMinor(PipeLimits.WIRE_MINOR)));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case WELCOME -> {
                Conversation.begin(ctx.pipeline(), this, connection, listener);
                verdict.complete(null);
            }
            case REJECT -> {
                verdict.completeExceptionally(
                        new ProtocolException("refused: " + envelope.getReject().getMessage()));
                ctx.close();
            }
            default -> {
                verdict.completeExceptionally(
                        new ProtocolException("the answer to Hello is " + envelope.getBodyCase()));
                ctx.close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
        if (!PipeErrors.isPeerClosed(error)) {
            verdict.completeExceptionally(PipeErrors.translated(error));
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.markClosed();
        verdict.completeExceptionally(new IOException("closed without an answer to Hello"));
    }
}
