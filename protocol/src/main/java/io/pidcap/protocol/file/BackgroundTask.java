package io.pidcap.protocol.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One task at a time in a daemon thread, which is there from the first one on. For one thread that starts and awaits. */
final class BackgroundTask {
    /** What is done. */
    interface Work {
        void run() throws IOException;
    }

    private final String threadName;
    private @Nullable ExecutorService executor;
    private @Nullable Future<?> running;

    BackgroundTask(String threadName) {
        this.threadName = threadName;
    }

    /** Only when the task before was awaited: what it did happened before what this one does. */
    void start(Work work) {
        if (running != null) {
            throw new IllegalStateException("the task before was not awaited");
        }
        ExecutorService of = executor;
        if (of == null) {
            of = Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, threadName);
                thread.setDaemon(true);
                return thread;
            });
            executor = of;
        }
        running = of.submit(() -> {
            work.run();
            return null;
        });
    }

    /**
     * Waits for the task, if there is one.
     *
     * @throws IOException as the task did, once
     */
    void await() throws IOException {
        Future<?> task = running;
        if (task == null) {
            return;
        }
        try {
            task.get();
            running = null;
        } catch (ExecutionException e) {
            running = null;
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Ends the thread after its task. */
    void close() {
        if (executor != null) {
            executor.shutdown();
        }
    }
}
