package io.pidcap.coordinator.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.filter.FilterCommand.EventsEnded;
import io.pidcap.coordinator.filter.FilterCommand.Finish;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CommandQueueTest {
    private final CommandQueue queue = new CommandQueue(2);

    /** Runs it in a thread of its own, and comes back when that waits in the queue. */
    private static <T extends @Nullable Object> FutureTask<T> waiting(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        thread.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (thread.getState() != Thread.State.WAITING) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the thread is " + thread.getState());
            }
            Thread.onSpinWait();
        }
        return task;
    }

    @Test
    void shouldTakeAllThatIsThereInOrder() throws Exception {
        queue.put(new EventsEnded());
        queue.put(new Finish());
        assertThat(queue.takeAll(true)).containsExactly(new EventsEnded(), new Finish());
        assertThat(queue.takeAll(false)).isEmpty();
    }

    @Test
    void shouldWaitWhenFullUntilSomethingIsTaken() throws Exception {
        queue.put(new EventsEnded());
        queue.put(new EventsEnded());
        FutureTask<Boolean> third = waiting(() -> queue.put(new Finish()));
        queue.takeAll(false);
        assertThat(third.get()).isTrue();
        assertThat(queue.takeAll(false)).containsExactly(new Finish());
    }

    @Test
    void shouldWakeWhoTakesWhenSomethingComes() throws Exception {
        FutureTask<@Nullable List<FilterCommand>> taken = waiting(() -> queue.takeAll(true));
        queue.put(new Finish());
        assertThat(taken.get()).containsExactly(new Finish());
    }

    @Test
    void shouldWakeWhoPutsWhenClosed() throws Exception {
        queue.put(new EventsEnded());
        queue.put(new EventsEnded());
        FutureTask<Boolean> third = waiting(() -> queue.put(new Finish()));
        queue.close();
        assertThat(third.get()).isFalse();
        assertThat(queue.put(new Finish())).isFalse();
    }

    @Test
    void shouldWakeWhoTakesWhenClosed() throws Exception {
        FutureTask<@Nullable List<FilterCommand>> taken = waiting(() -> queue.takeAll(true));
        queue.close();
        assertThat(taken.get()).isNull();
    }
}
