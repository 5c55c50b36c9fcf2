package io.pidcap.coordinator.worker;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that owns a supervisor, as a session's does. */
final class OwnerThread implements Executor, Timers, AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    @Override
    public void execute(Runnable action) {
        thread.execute(action);
    }

    @Override
    public Timer after(long delayMillis, Runnable action) {
        Future<?> due = thread.schedule(action, delayMillis, TimeUnit.MILLISECONDS);
        return () -> due.cancel(false);
    }

    <T> T call(Callable<T> action) throws ExecutionException, InterruptedException, TimeoutException {
        return thread.submit(action).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
