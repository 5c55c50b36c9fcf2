package io.pidcap.coordinator.session;

import io.pidcap.coordinator.worker.Timers;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which everything mutable of a session lives: a bounded queue of actions, and deadlines.
 *
 * <p>{@link #execute} never waits. The pipes stop being read long before the queue is full; that it fills nevertheless
 * means that somebody ignores this, and the action is refused.
 */
final class SessionLoop implements Executor, Timers {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
    static final int CAPACITY = 8192;

    private final Object lock = new Object();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final PriorityQueue<Deadline> deadlines =
            new PriorityQueue<>(Comparator.comparingLong((Deadline deadline) -> deadline.atNanos));
    private final Consumer<Throwable> onError;
    private final Thread thread;
    private boolean ended;

    /**
     * @param onError called on the loop's thread with what an action threw
     */
    SessionLoop(String name, Consumer<Throwable> onError) {
        this.onError = onError;
        this.thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    @Override
    public void execute(Runnable action) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            if (queue.size() >= CAPACITY) {
                throw new RejectedExecutionException("the session's queue is full: " + CAPACITY + " actions wait");
            }
            queue.addLast(action);
            lock.notifyAll();
        }
    }

    @Override
    public Timer after(long delayMillis, Runnable action) {
        Deadline deadline = new Deadline(System.nanoTime() + delayMillis * 1_000_000, action);
        synchronized (lock) {
            deadlines.add(deadline);
            lock.notifyAll();
        }
        return deadline;
    }

    /** What still waits is dropped; the thread ends after the action that it is in. */
    void end() {
        synchronized (lock) {
            ended = true;
            queue.clear();
            deadlines.clear();
            lock.notifyAll();
        }
    }

    void join(long timeoutMillis) throws InterruptedException {
        thread.join(timeoutMillis);
    }

    private void run() {
        for (Runnable action = next(); action != null; action = next()) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.error("an action of the session failed", e);
                onError.accept(e);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (lock) {
            while (!ended) {
                Deadline first = deadlines.peek();
                long waitNanos = first == null ? Long.MAX_VALUE : first.atNanos - System.nanoTime();
                if (first != null && waitNanos <= 0) {
                    deadlines.remove();
                    return first;
                }
                if (!queue.isEmpty()) {
                    return queue.removeFirst();
                }
                try {
                    lock.wait(first == null ? 0 : waitNanos / 1_000_000 + 1);
                } catch (InterruptedException e) {
                    // Nobody but us knows this thread: an interrupt has no meaning for it.
                    LOG.warn("the session's thread was interrupted; going on");
                }
            }
            return null;
        }
    }

    private static final class Deadline implements Timer, Runnable {
        private final long atNanos;
        private @Nullable Runnable action;

        private Deadline(long atNanos, Runnable action) {
            this.atNanos = atNanos;
            this.action = action;
        }

        @Override
        public void run() {
            Runnable due = action;
            action = null;
            if (due != null) {
                due.run();
            }
        }

        @Override
        public void cancel() {
            action = null;
        }
    }
}
