package io.pidcap.protocol.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.timeout.IdleStateHandler;
import io.pidcap.protocol.v1.Envelope;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One end of a connection: queues what is sent, writes it on the event loop, and keeps the reason of the end. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
final class PipeConnection implements Pipe {
    private final Channel channel;
    private final SendQueue queue;

    // Owned by the event loop.
    private @Nullable Throwable cause;
    private boolean lastWriteRequested;
    private boolean writeFailed;

    private PipeConnection(Channel channel, boolean held) {
        this.channel = channel;
        this.queue = new SendQueue(() -> channel.eventLoop().execute(this::writeTurn), held);
    }

    /** The connecting end: what is sent goes out at once. */
    static PipeConnection ofClient(Channel channel) {
        return new PipeConnection(channel, false);
    }

    /** The listening end: sequence 1 is kept for the verdict, and what is sent before it waits. */
    static PipeConnection ofServer(Channel channel) {
        return new PipeConnection(channel, true);
    }

    Channel channel() {
        return channel;
    }

    @Override
    public long send(Envelope.Builder body) {
        return queue.add(0, body);
    }

    @Override
    public long reply(long inReplyTo, Envelope.Builder body) {
        return queue.add(inReplyTo, body);
    }

    /** The first message of the listening end; whatever was sent before follows it. */
    void verdict(long inReplyTo, Envelope.Builder body) {
        queue.verdict(inReplyTo, body);
    }

    /** {@link #verdict} for a peer that is refused: nothing else is sent, and the pipe closes. */
    void refuse(long inReplyTo, Envelope.Builder body) {
        queue.refusal(inReplyTo, body);
    }

    /** A verdict was given, so what is sent goes out. */
    boolean isAdmitted() {
        return queue.isReleased();
    }

    boolean nothingPending() {
        return queue.isEmpty();
    }

    @Override
    public boolean awaitWritable(long timeoutMillis) throws InterruptedException {
        if (channel.eventLoop().inEventLoop()) {
            throw new IllegalStateException("the event loop would wait for itself");
        }
        return queue.awaitRoom(timeoutMillis);
    }

    @Override
    public boolean hasRoom() {
        return queue.hasRoom();
    }

    @Override
    public void setReading(boolean reading) {
        IdleStateHandler idle = channel.pipeline().get(IdleStateHandler.class);
        if (reading && idle != null) {
            // The time in which we did not listen is not the peer's silence.
            idle.resetReadTimeout();
        }
        channel.config().setAutoRead(reading);
    }

    @Override
    public void close() {
        queue.requestClose();
    }

    private void writeTurn() {
        SendQueue.Turn turn = queue.take();
        if (!channel.isOpen()) {
            // Closed since the turn was asked for, and its handlers may be gone.
            queue.written(turn.bytes());
            return;
        }
        write(turn.messages(), turn.bytes());
        if (turn.last() && !lastWriteRequested) {
            lastWriteRequested = true;
            // From the first handler on, or the empty buffer would become an empty frame.
            channel.pipeline().firstContext().write(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            closeWhenStalled(channel.bytesBeforeWritable());
        }
        channel.flush();
    }

    private void write(List<Envelope> messages, long bytes) {
        for (int i = 0; i < messages.size(); i++) {
            ChannelFuture future = channel.write(messages.get(i));
            if (i == messages.size() - 1) {
                future.addListener(done -> written(bytes, done.cause()));
            }
        }
    }

    private void written(long bytes, @Nullable Throwable failure) {
        queue.written(bytes);
        if (failure != null && !writeFailed && channel.isActive()) {
            writeFailed = true;
            failUnlessClosed(PipeErrors.translated(failure));
        }
    }

    /**
     * A peer that has closed refuses our writes before we have read its last words, so a failed write alone does not
     * close the pipe; the end of what it sent does. If that does not come, the write's failure is the reason.
     */
    private void failUnlessClosed(Throwable failure) {
        later(PipeLimits.SILENCE_MILLIS, () -> {
            if (channel.config().isAutoRead()) {
                fail(failure);
            } else {
                failUnlessClosed(failure);
            }
        });
    }

    /** Does not wait for ever for a peer that takes nothing any more. */
    private void closeWhenStalled(long leftBefore) {
        later(PipeLimits.CLOSE_STALL_MILLIS, () -> {
            long left = channel.bytesBeforeWritable();
            if (left == leftBefore) {
                fail(new ProtocolException("the peer has read nothing for " + PipeLimits.CLOSE_STALL_MILLIS
                        + " ms; what was sent last is lost"));
            } else {
                closeWhenStalled(left);
            }
        });
    }

    private void later(long millis, Runnable step) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.isOpen()) {
                                step.run();
                            }
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    /** Closes at once; the first reason is the one that is told. On the event loop. */
    void fail(Throwable reason) {
        if (cause == null && channel.isOpen()) {
            cause = reason;
        }
        channel.close();
    }

    /** The peer's bytes ended inside a frame. Not a fault when this end closed. On the event loop. */
    void torn(int bytes) {
        if (cause == null && !queue.isCloseRequested()) {
            cause = new ProtocolException(
                    "the pipe ended inside a frame: " + bytes + " bytes of an incomplete message");
        }
    }

    /** The channel is inactive: wakes who waits. On the event loop. */
    void markClosed() {
        queue.markClosed();
    }

    boolean hasFailed() {
        return cause != null;
    }

    @Nullable
    Throwable cause() {
        return cause;
    }
}
