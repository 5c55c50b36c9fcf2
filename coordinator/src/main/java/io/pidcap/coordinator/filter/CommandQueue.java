package io.pidcap.coordinator.filter;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bounded, for many that put and one that takes. */
final class CommandQueue {
    private final int capacity;
    private final ArrayDeque<FilterCommand> commands = new ArrayDeque<>();
    private boolean closed;

    CommandQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Waits while the queue is full.
     *
     * @return false: it is closed, the command is dropped
     */
    synchronized boolean put(FilterCommand command) throws InterruptedException {
        while (!closed && commands.size() >= capacity) {
            wait();
        }
        if (closed) {
            return false;
        }
        commands.add(command);
        notifyAll();
        return true;
    }

    /**
     * Takes all commands that are there.
     *
     * @param mayWait if there are none, wait for one
     * @return null: closed
     */
    synchronized @Nullable List<FilterCommand> takeAll(boolean mayWait) throws InterruptedException {
        while (mayWait && !closed && commands.isEmpty()) {
            wait();
        }
        if (closed) {
            return null;
        }
        List<FilterCommand> taken = List.copyOf(commands);
        commands.clear();
        notifyAll();
        return taken;
    }

    /** Drops what is there and what comes. Idempotent. */
    synchronized void close() {
        closed = true;
        commands.clear();
        notifyAll();
    }
}
