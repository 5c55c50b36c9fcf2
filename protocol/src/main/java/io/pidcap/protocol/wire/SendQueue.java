package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Envelope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What an end of a pipe still has to write. Senders on any thread number their messages and queue them; the event loop
 * takes them in turns. A turn is asked for once, however many messages gather until it comes, so that many small ones
 * cost few system calls.
 */
final class SendQueue {
    /** A sender of much pauses while more than this is on its way. */
    private static final long MAX_PENDING_BYTES = 1 << 20;
    /** Written between two flushes, so that the memory of encoded messages stays small. */
    private static final long TURN_BYTES = 256 << 10;

    /**
     * What is written before the next flush.
     *
     * @param last the pipe is to close behind it
     */
    record Turn(List<Envelope> messages, long bytes, boolean last) {}

    private final Runnable turnRequest;
    private final ArrayDeque<Envelope> unsent = new ArrayDeque<>();
    private long lastSequence;
    private long pendingBytes;
    private boolean held;
    private boolean turnRequested;
    private boolean closeRequested;
    private boolean closed;

    /**
     * @param turnRequest makes the event loop take a turn; called with the queue locked
     * @param held sequence 1 is kept for a {@link #verdict}, before which nothing goes out
     */
    SendQueue(Runnable turnRequest, boolean held) {
        this.turnRequest = turnRequest;
        this.held = held;
        this.lastSequence = held ? 1 : 0;
    }

    /** Numbers the message and queues it, unless the pipe is closing. */
    synchronized long add(long inReplyTo, Envelope.Builder body) {
        Envelope envelope = checked(
                body.setSequence(lastSequence + 1).setInReplyTo(inReplyTo).build());
        lastSequence++;
        if (!closed && !closeRequested) {
            unsent.addLast(envelope);
            pendingBytes += envelope.getSerializedSize();
            requestTurn();
        }
        return lastSequence;
    }

    private static Envelope checked(Envelope envelope) {
        int size = envelope.getSerializedSize();
        if (size > PipeLimits.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException(envelope.getBodyCase() + " of " + size
                    + " bytes is over the frame limit of " + PipeLimits.MAX_FRAME_BYTES);
        }
        return envelope;
    }

    /** The first message of a held queue; what was added before follows it. */
    synchronized void verdict(long inReplyTo, Envelope.Builder body) {
        Envelope envelope = body.setSequence(1).setInReplyTo(inReplyTo).build();
        unsent.addFirst(envelope);
        pendingBytes += envelope.getSerializedSize();
        held = false;
        requestTurn();
    }

    /** {@link #verdict} as the only message, behind which the pipe closes. */
    synchronized void refusal(long inReplyTo, Envelope.Builder body) {
        unsent.clear();
        pendingBytes = 0;
        closeRequested = true;
        verdict(inReplyTo, body);
    }

    /** Nothing is added any more; the last turn is marked. Idempotent. */
    synchronized void requestClose() {
        if (!closeRequested && !closed) {
            closeRequested = true;
            requestTurn();
        }
    }

    private void requestTurn() {
        if (turnRequested || held) {
            return;
        }
        turnRequested = true;
        try {
            turnRequest.run();
        } catch (RejectedExecutionException e) {
            // The loop ends only behind its channels, so this one is closed.
            markClosed();
        }
    }

    /** On the event loop, once for each request. */
    synchronized Turn take() {
        List<Envelope> messages = new ArrayList<>();
        long bytes = 0;
        while (bytes < TURN_BYTES && !unsent.isEmpty()) {
            Envelope envelope = unsent.removeFirst();
            messages.add(envelope);
            bytes += envelope.getSerializedSize();
        }
        turnRequested = false;
        if (!unsent.isEmpty()) {
            requestTurn();
        }
        return new Turn(messages, bytes, closeRequested && unsent.isEmpty());
    }

    /** That much of what was taken is with the system now, or never will be. */
    synchronized void written(long bytes) {
        pendingBytes -= bytes;
        notifyAll();
    }

    /** See {@link Pipe#awaitWritable}. */
    synchronized boolean awaitRoom(long timeoutMillis) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (!closed && pendingBytes > MAX_PENDING_BYTES) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
        }
        return !closed;
    }

    /** See {@link Pipe#hasRoom}. */
    synchronized boolean hasRoom() {
        return closed || pendingBytes <= MAX_PENDING_BYTES;
    }

    /** Nothing goes out any more: wakes who waits. */
    synchronized void markClosed() {
        closed = true;
        unsent.clear();
        notifyAll();
    }

    /** What is added goes out, and is not held for a verdict. */
    synchronized boolean isReleased() {
        return !held;
    }

    synchronized boolean isEmpty() {
        return pendingBytes == 0;
    }

    synchronized boolean isCloseRequested() {
        return closeRequested;
    }
}
