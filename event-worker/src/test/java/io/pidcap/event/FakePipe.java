package io.pidcap.event;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.wire.Pipe;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Keeps what the worker sends; the test is the coordinator that reads it, or for a while does not. */
final class FakePipe implements Pipe {
    private static final long DEADLINE_SECONDS = 20;

    private final LinkedBlockingQueue<Envelope> sent = new LinkedBlockingQueue<>();
    private final Object lock = new Object();

    // Guarded by lock.
    private long lastSequence;
    private boolean writable = true;
    private boolean closed;
    private boolean somebodyWaits;

    @Override
    public long send(Envelope.Builder body) {
        return reply(0, body);
    }

    @Override
    public long reply(long inReplyTo, Envelope.Builder body) {
        synchronized (lock) {
            if (!closed) {
                sent.add(
                        body.setSequence(++lastSequence).setInReplyTo(inReplyTo).build());
            }
            return lastSequence;
        }
    }

    @Override
    public boolean awaitWritable(long timeoutMillis) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        synchronized (lock) {
            long left = deadlineNanos - System.nanoTime();
            somebodyWaits |= !writable;
            lock.notifyAll();
            while (!writable && !closed && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
                left = deadlineNanos - System.nanoTime();
            }
            return writable && !closed;
        }
    }

    @Override
    public boolean hasRoom() {
        synchronized (lock) {
            return writable;
        }
    }

    void setWritable(boolean value) {
        synchronized (lock) {
            writable = value;
            somebodyWaits = false;
            lock.notifyAll();
        }
    }

    /** Waits until the worker wants to send and may not. */
    void awaitHeldBack() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        synchronized (lock) {
            while (!somebodyWaits) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("the worker did not wait for the pipe");
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
        }
    }

    @Override
    public void setReading(boolean reading) {
        throw new UnsupportedOperationException("a worker reads always");
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
    }

    boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    int waiting() {
        return sent.size();
    }

    Envelope next() throws InterruptedException {
        Envelope envelope = sent.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (envelope == null) {
            throw new AssertionError("the worker sent nothing");
        }
        return envelope;
    }

    /** Reads until a message is as wanted. */
    Envelope await(Predicate<Envelope> wanted) throws InterruptedException {
        Envelope envelope = next();
        while (!wanted.test(envelope)) {
            envelope = next();
        }
        return envelope;
    }
}
