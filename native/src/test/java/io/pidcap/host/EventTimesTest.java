package io.pidcap.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.ObservedTime;
import org.junit.jupiter.api.Test;

class EventTimesTest {
    private static final long MILLI = 1_000_000;
    private static final long HOUR = 3_600_000 * MILLI;
    /** The wall clock less the other one. */
    private static final long OFFSET = 1_000 * HOUR;

    private static ObservedTime reading(long monotonicNanos, long offsetNanos) {
        return new ObservedTime(monotonicNanos, monotonicNanos + offsetNanos);
    }

    private final EventTimes times = new EventTimes(reading(HOUR, OFFSET));

    @Test
    void shouldFollowAClockThatIsSlewed() {
        times.read(reading(HOUR + 10 * MILLI, OFFSET + 4_000));
        assertThat(times.of(HOUR + 5 * MILLI)).isEqualTo(reading(HOUR + 5 * MILLI, OFFSET + 2_000));
        assertThat(times.of(HOUR + 11 * MILLI)).isEqualTo(reading(HOUR + 11 * MILLI, OFFSET + 4_000));
    }

    @Test
    void shouldDateByTheEarlierReadingWhatHappenedBeforeASetClockWasSeen() {
        times.read(reading(HOUR + 10 * MILLI, OFFSET - HOUR));
        assertThat(times.of(HOUR + 9 * MILLI)).isEqualTo(reading(HOUR + 9 * MILLI, OFFSET));
        assertThat(times.of(HOUR + 10 * MILLI)).isEqualTo(reading(HOUR + 10 * MILLI, OFFSET - HOUR));
        times.read(reading(HOUR + 20 * MILLI, OFFSET - HOUR));
        assertThat(times.of(HOUR + 15 * MILLI)).isEqualTo(reading(HOUR + 15 * MILLI, OFFSET - HOUR));
    }

    @Test
    void shouldDateBackNoFurtherThanSensible() {
        long event = HOUR + 100 * MILLI;
        assertThat(times.backFrom(event, 0).monotonicNanos()).isEqualTo(event - EventTimes.LEAD_NANOS);
        assertThat(times.backFrom(event, event - MILLI).monotonicNanos()).isEqualTo(event - MILLI);
        assertThat(times.backFrom(event, event + MILLI).monotonicNanos()).isEqualTo(event);
        times.read(reading(event - 2 * MILLI, OFFSET));
        times.advanceWatermark(event - 2 * MILLI);
        assertThat(times.backFrom(event, 0).monotonicNanos()).isEqualTo(event - 2 * MILLI);
        assertThat(times.of(event - 3 * MILLI).monotonicNanos()).isEqualTo(event - 2 * MILLI);
    }

    @Test
    void shouldOnlyGiveOutReadingsAsWatermarks() {
        assertThat(times.advanceWatermark(HOUR + MILLI)).isEqualTo(reading(HOUR, OFFSET));
        times.read(reading(HOUR + 10 * MILLI, OFFSET));
        times.read(reading(HOUR + 20 * MILLI, OFFSET - HOUR));
        assertThat(times.advanceWatermark(HOUR + 19 * MILLI)).isEqualTo(reading(HOUR + 10 * MILLI, OFFSET));
        assertThat(times.advanceWatermark(HOUR + 20 * MILLI)).isEqualTo(reading(HOUR + 20 * MILLI, OFFSET - HOUR));
    }

    @Test
    void shouldNeverMoveTheWatermarkBack() {
        times.read(reading(HOUR + MILLI, OFFSET));
        times.advanceWatermark(HOUR + MILLI);
        assertThat(times.advanceWatermark(HOUR).monotonicNanos()).isEqualTo(HOUR + MILLI);
    }
}
