package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.worker.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionLoopTest {
    private final CompletableFuture<Throwable> error = new CompletableFuture<>();
    private SessionLoop loop;

    @BeforeEach
    void startLoop() {
        loop = new SessionLoop("test", error::complete);
        loop.start();
    }

    @AfterEach
    void endLoop() {
        loop.end();
    }

    @Test
    void shouldRunActionsInTheirOrder() throws Exception {
        List<Integer> seen = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.execute(() -> {
                seen.add(number);
                done.countDown();
            });
        }
        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).isSorted().hasSize(100);
    }

    @Test
    void shouldRunWhatIsDueAndNotWhatWasCancelled() throws Exception {
        List<String> seen = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            Timers.Timer cancelled = loop.after(1, () -> seen.add("cancelled"));
            loop.after(20, () -> {
                seen.add("late");
                done.countDown();
            });
            loop.after(5, () -> seen.add("early"));
            cancelled.cancel();
        });
        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).containsExactly("early", "late");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellOfAnActionThatThrowsAndGoOn(boolean anError) throws Exception {
        CountDownLatch after = new CountDownLatch(1);
        loop.execute(() -> {
            if (anError) {
                throw new NoClassDefFoundError("thrown on purpose");
            }
            throw new IllegalStateException("thrown on purpose");
        });
        loop.execute(after::countDown);

        assertThat(error.get(5, TimeUnit.SECONDS)).hasMessage("thrown on purpose");
        assertThat(after.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldRefuseMoreThanItsCapacity() {
        SessionLoop still = new SessionLoop("not started", error::complete);
        for (int i = 0; i < SessionLoop.CAPACITY; i++) {
            still.execute(() -> {});
        }
        assertThatThrownBy(() -> still.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void shouldEndItsThread() throws Exception {
        loop.end();
        loop.join(5_000);
        loop.execute(() -> error.complete(new IllegalStateException("ran after the end")));

        assertThat(error).isNotDone();
    }
}
