package io.pidcap.coordinator.worker;

import io.pidcap.protocol.wire.Pipe;

/**
 * Bounds how many messages of one pipe wait for their owner thread: at the upper mark the pipe is no longer read, and
 * the sender feels it; at the lower mark it is read again. May be used from any thread.
 */
final class MessageWindow {
    static final int UPPER = 64;
    static final int LOWER = 16;

    private final Pipe pipe;
    private int waiting;
    private boolean paused;

    MessageWindow(Pipe pipe) {
        this.pipe = pipe;
    }

    synchronized void entered() {
        waiting++;
        if (waiting >= UPPER && !paused) {
            paused = true;
            pipe.setReading(false);
        }
    }

    synchronized void left() {
        waiting--;
        if (waiting <= LOWER && paused) {
            paused = false;
            pipe.setReading(true);
        }
    }

    /** While it is paused, silence is our doing, not the peer's. */
    synchronized boolean isPaused() {
        return paused;
    }
}
