package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackOffTest {
    private final BackOff backOff = new BackOff();

    @Test
    void shouldWaitTwiceAsLongEachTime() {
        long[] delays = new long[BackOff.MOST_TRIES];
        for (int i = 0; i < delays.length; i++) {
            assertThat(backOff.isHopeless()).isFalse();
            backOff.failed(10);
            delays[i] = backOff.delayMillis();
        }
        assertThat(delays).containsExactly(100, 200, 400, 800, 1600);
        assertThat(backOff.isHopeless()).isTrue();
    }

    @Test
    void shouldNeverGiveUpOnAWorkerThatLives() {
        for (int i = 0; i < 100; i++) {
            backOff.failed(BackOff.HEALTHY_MILLIS);
            assertThat(backOff.isHopeless()).isFalse();
        }
    }

    @Test
    void shouldBeginAnewWhenTheUserRestarts() {
        backOff.failed(1);
        backOff.failed(1);
        backOff.reset();
        backOff.failed(1);

        assertThat(backOff.failures()).isEqualTo(1);
    }
}
