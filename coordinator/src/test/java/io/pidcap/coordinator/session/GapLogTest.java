package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.worker.WorkerRole;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GapLogTest {
    private static final Instant START = Instant.parse("2026-11-21T09:30:12Z");

    private final GapLog log = new GapLog(WorkerRole.EVENTS);

    @Test
    void shouldLastFromTheFirstEndToTheNextReady() {
        log.opened(START, "killed");
        log.opened(START.plusSeconds(1), "killed again");

        SessionReport.Gap gap = log.closed(START.plusSeconds(3));

        assertThat(gap).isEqualTo(new SessionReport.Gap("events", START, START.plusSeconds(3), "killed", false));
        assertThat(log.all()).hasSize(1).allMatch(one -> one.millis() == 3000);
    }

    @Test
    void shouldHaveNoGapWhenNothingEnded() {
        assertThat(log.closed(START)).isNull();
        assertThat(log.all()).isEmpty();
    }

    @Test
    void shouldNotLastLessThanNothing() {
        log.opened(START.plusSeconds(1), "");

        assertThat(log.closed(START)).isEqualTo(new SessionReport.Gap("events", START, START, "restarted", false));
    }

    @Test
    void shouldJoinSpansOfIncompleteEventsThatMeet() {
        log.incomplete(START, START.plusSeconds(2), "full");
        log.incomplete(START.plusSeconds(1), START.plusSeconds(3), "full");
        log.incomplete(START.plusSeconds(4), START.plusSeconds(5), "full");
        assertThat(log.all())
                .containsExactly(
                        new SessionReport.Gap("events", START, START.plusSeconds(3), "full", true),
                        new SessionReport.Gap("events", START.plusSeconds(4), START.plusSeconds(5), "full", true));
    }

    @Test
    void shouldHoldFewHoweverManyThereWere() {
        int count = 1000;
        for (int i = 0; i < count; i++) {
            log.opened(START.plusSeconds(10L * i), "killed");
            assertThat(log.closed(START.plusSeconds(10L * i + 1))).isNotNull();
            log.incomplete(START.plusSeconds(10L * i + 2), START.plusSeconds(10L * i + 3), "full");
        }
        assertThat(log.all()).hasSize(GapLog.MOST);
        SessionReport.Gap last = log.all().get(GapLog.MOST - 1);
        assertThat(last.from()).isEqualTo(START.plusSeconds(10L * (GapLog.MOST / 2 - 1) + 2));
        assertThat(last.until()).isEqualTo(START.plusSeconds(10L * (count - 1) + 3));
        assertThat(last.incomplete()).isFalse();
        assertThat(last.reason()).contains("of " + (2 * count - GapLog.MOST + 1) + " times");
    }
}
