package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerExitTest {
    private static final String LOG_LINE = "2026-11-21 11:08:48.116 INFO io.pidcap.X: open: any";

    @Test
    void shouldNameTheSignal() {
        assertThat(new WorkerExit(137, List.of(LOG_LINE)).describe()).isEqualTo("ended by signal 9");
    }

    @Test
    void shouldTellItsLastWords() {
        assertThat(new WorkerExit(1, List.of("java.lang.Error: no", "\tat a.B.c(D.java:1)", LOG_LINE)).describe())
                .isEqualTo("ended with status 1: java.lang.Error: no");
    }

    @Test
    void shouldBeShortWhenItSaidNothing() {
        assertThat(new WorkerExit(1, List.of(LOG_LINE)).describe()).isEqualTo("ended with status 1");
    }
}
