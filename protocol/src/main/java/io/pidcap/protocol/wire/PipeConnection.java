package io.pidcap.protocol.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.timeout.IdleStateHandler;
import io.pidcap.protocol.v1.Envelope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection. Senders number their messages and queue them under a lock; the event loop writes what has
 * gathered in turns of bounded size, each with one flush, so that many small messages cost few system calls.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
final class PipeConnection implements Pipe {
    /** A sender of much pauses while more than this is on its way. */
    static final long MAX_PENDING_BYTES = 1 << 20;
    /** Written between two flushes, so that the memory of encoded messages stays small. */
    private static final long TURN_BYTES = 256 << 10;

    private final Channel channel;
    private final Object lock = new Object();

    // Guarded by lock.
    private final ArrayDeque<Envelope> unsent = new ArrayDeque<>();
    private long lastSequence;
    private long pendingBytes;
    private boolean held;
    private boolean turnScheduled;
    private boolean closeRequested;
    private boolean closed;

    // Owned by the event loop.
    private @Nullable Throwable cause;
    private boolean lastWriteRequested;
    private boolean writeFailed;

    private PipeConnection(Channel channel, boolean held) {
        this.channel = channel;
        this.held = held;
        this.lastSequence = held ? 1 : 0;
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
        return reply(0, body);
    }

    @Override
    public long reply(long inReplyTo, Envelope.Builder body) {
        synchronized (lock) {
            Envelope envelope = checked(
                    body.setSequence(lastSequence + 1).setInReplyTo(inReplyTo).build());
            lastSequence++;
            if (!closed && !closeRequested) {
                unsent.addLast(envelope);
                pendingBytes += envelope.getSerializedSize();
                scheduleTurn();
            }
            return lastSequence;
        }
    }

    private static Envelope checked(Envelope envelope) {
        int size = envelope.getSerializedSize();
        if (size > PipeLimits.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException(envelope.getBodyCase() + " of " + size
                    + " bytes is over the frame limit of " + PipeLimits.MAX_FRAME_BYTES);
        }
        return envelope;
    }

    /** The first message of the listening end; whatever was sent before follows it. */
    void verdict(long inReplyTo, Envelope.Builder body) {
        synchronized (lock) {
            Envelope envelope = body.setSequence(1).setInReplyTo(inReplyTo).build();
            unsent.addFirst(envelope);
            pendingBytes += envelope.getSerializedSize();
            held = false;
            scheduleTurn();
        }
    }

    /** {@link #verdict} for a peer that is refused: nothing else is sent, and the pipe closes. */
    void refuse(long inReplyTo, Envelope.Builder body) {
        synchronized (lock) {
            unsent.clear();
            pendingBytes = 0;
        }
        verdict(inReplyTo, body);
        close();
    }

    /** A verdict was given, so what is sent goes out. */
    boolean isAdmitted() {
        synchronized (lock) {
            return !held;
        }
    }

    boolean nothingPending() {
        synchronized (lock) {
            return pendingBytes == 0;
        }
    }

    @Override
    public boolean awaitWritable(long timeoutMillis) throws InterruptedException {
        if (channel.eventLoop().inEventLoop()) {
            throw new IllegalStateException("the event loop would wait for itself");
        }
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        synchronized (lock) {
            while (!closed && pendingBytes > MAX_PENDING_BYTES) {
                long leftNanos = deadlineNanos - System.nanoTime();
                if (leftNanos <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, leftNanos);
            }
            return !closed;
        }
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
        synchronized (lock) {
            if (closeRequested || closed) {
                return;
            }
            closeRequested = true;
            scheduleTurn();
        }
    }

    private void scheduleTurn() {
        if (turnScheduled || held) {
            return;
        }
        turnScheduled = true;
        try {
            channel.eventLoop().execute(this::writeTurn);
        } catch (RejectedExecutionException e) {
            // The loop ends only after its channels, so this one is closed, or closing without a wish to write.
            closed = true;
            lock.notifyAll();
        }
    }

    private void writeTurn() {
        List<Envelope> turn = new ArrayList<>();
        long turnBytes = 0;
        boolean last;
        synchronized (lock) {
            while (turnBytes < TURN_BYTES && !unsent.isEmpty()) {
                Envelope envelope = unsent.removeFirst();
                turn.add(envelope);
                turnBytes += envelope.getSerializedSize();
            }
            turnScheduled = false;
            last = closeRequested && unsent.isEmpty();
            if (!unsent.isEmpty()) {
                scheduleTurn();
            }
        }
        write(turn, turnBytes);
        if (last && !lastWriteRequested) {
            lastWriteRequested = true;
            // From the first handler on, or the empty buffer would become an empty frame.
            channel.pipeline().firstContext().write(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            closeWhenStalled(channel.bytesBeforeWritable());
        }
        channel.flush();
    }

    private void write(List<Envelope> turn, long turnBytes) {
        for (int i = 0; i < turn.size(); i++) {
            ChannelFuture future = channel.write(turn.get(i));
            if (i == turn.size() - 1) {
                future.addListener(done -> written(turnBytes, done.cause()));
            }
        }
    }

    private void written(long bytes, @Nullable Throwable failure) {
        synchronized (lock) {
            pendingBytes -= bytes;
            lock.notifyAll();
        }
        if (failure != null && !writeFailed && channel.isActive()) {
            writeFailed = true;
            failUnlessClosed(failure);
        }
    }

    /**
     * A peer that has closed refuses our writes before we have read its last words, so a failed write alone does not
     * close the pipe; the end of what it sent does. If that does not come, the write's failure is the reason.
     */
    private void failUnlessClosed(Throwable failure) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.config().isAutoRead()) {
                                fail(failure);
                            } else {
                                failUnlessClosed(failure);
                            }
                        },
                        PipeLimits.SILENCE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Does not wait for ever for a peer that takes nothing any more. */
    private void closeWhenStalled(long leftBefore) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            long left = channel.bytesBeforeWritable();
                            if (!channel.isOpen()) {
                                return;
                            }
                            if (left == leftBefore) {
                                fail(new ProtocolException("the peer has read nothing for "
                                        + PipeLimits.CLOSE_STALL_MILLIS + " ms; what was sent last is lost"));
                            } else {
                                closeWhenStalled(left);
                            }
                        },
                        PipeLimits.CLOSE_STALL_MILLIS,
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
        synchronized (lock) {
            if (closeRequested) {
                return;
            }
        }
        if (cause == null) {
            cause = new ProtocolException(
                    "the pipe ended inside a frame: " + bytes + " bytes of an incomplete message");
        }
    }

    /** The channel is inactive: wakes who waits. On the event loop. */
    void markClosed() {
        synchronized (lock) {
            closed = true;
            unsent.clear();
            lock.notifyAll();
        }
    }

    boolean hasFailed() {
        return cause != null;
    }

    @Nullable
    Throwable cause() {
        return cause;
    }
}
