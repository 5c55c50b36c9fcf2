package io.pidcap.coordinator.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.ObservedTime;
import org.junit.jupiter.api.Test;

class PacketClockTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long OFFSET = 1_700_000_000 * SECOND;

    private final ClockTrack track = new ClockTrack();
    private final PacketClock clock = new PacketClock(track);

    private void read(double seconds, double stepped) {
        long nanos = nanos(seconds);
        track.add(new ObservedTime(nanos, nanos + OFFSET + nanos(stepped)));
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    /** The time of a packet that was captured at {@code seconds} and stamped by a clock that had stepped by so much. */
    private double time(double seconds, double stepped) {
        return clock.monotonicNanos(nanos(seconds) + OFFSET + nanos(stepped)) / 1e9;
    }

    @Test
    void shouldTakeStampsAsTheyAreWhileNoReadingIsKnown() {
        assertThat(clock.monotonicNanos(123)).isEqualTo(123);
    }

    @Test
    void shouldTellStampsApartThatComeTwiceByWhereTheyLie() {
        read(10, 0);
        clock.enter(nanos(9), nanos(10));
        assertThat(time(9.5, 0)).isEqualTo(9.5);
        read(100.1, -90);
        clock.enter(nanos(99.9), nanos(100.1));
        // As 9.95 and 9.99 were stamped before.
        assertThat(time(99.95, -90)).isEqualTo(99.95);
        assertThat(time(99.99, -90)).isEqualTo(99.99);
    }

    @Test
    void shouldKnowStepBackInTheMiddleOfAnAnnouncementByTheOrderOfPackets() {
        read(10, 0);
        read(10.2, -90);
        clock.enter(nanos(9.9), nanos(10.2));
        assertThat(time(10.05, 0)).isEqualTo(10.05);
        assertThat(time(10.06, -90)).isEqualTo(10.06);
        // Stamped before the step, written after it.
        assertThat(time(10.059, 0)).isEqualTo(10.059);
        assertThat(time(10.19, -90)).isEqualTo(10.19);
    }

    @Test
    void shouldKnowStepForward() {
        read(10, 0);
        read(10.2, 3600);
        clock.enter(nanos(9.9), nanos(10.2));
        assertThat(time(10.05, 0)).isEqualTo(10.05);
        assertThat(time(10.06, 3600)).isEqualTo(10.06);
    }

    @Test
    void shouldKnowSmallStepBetweenPacketsThatAreClose() {
        read(10, 0);
        read(10.2, -0.02);
        clock.enter(nanos(9.9), nanos(10.2));
        assertThat(time(10.050, 0)).isEqualTo(10.050);
        assertThat(time(10.051, -0.02)).isEqualTo(10.051);
        assertThat(time(10.052, -0.02)).isEqualTo(10.052);
    }

    @Test
    void shouldBelieveNoStampThatIsLaterThanTheAnnouncement() {
        read(10, 0);
        clock.enter(nanos(9), nanos(10));
        assertThat(time(4000, 0)).isEqualTo(10);
        assertThat(time(9.9, 0)).isEqualTo(9.9);
    }

    @Test
    void shouldNotBeLedAstrayByAStampOfTheFutureInAFileFromElsewhere() {
        read(10, 0);
        read(11, -90);
        assertThat(time(9, 0)).isEqualTo(9);
        assertThat(time(4000, -90)).isEqualTo(4000);
        assertThat(time(12, -90)).isEqualTo(12);
    }

    @Test
    void shouldLetNoStepBeForgottenThatAStreamMayStillNeed() {
        read(10, 0);
        read(20, -90);
        track.forgetBefore(nanos(19));
        assertThat(time(9, 0)).isEqualTo(9);
        track.forgetBefore(nanos(21));
        assertThat(track.size()).isEqualTo(1);
        assertThat(time(21, -90)).isEqualTo(21);
    }

    @Test
    void shouldHoldAsManyErasAsThereWereSteps() {
        for (int i = 0; i < 1000; i++) {
            read(i, 0);
        }
        assertThat(track.size()).isEqualTo(1);
        for (int i = 1000; i < 2000; i++) {
            read(i, (i - 1000) * 10e-6);
        }
        assertThat(track.size()).isBetween(160, 260);
    }

    @Test
    void shouldPlaceReadingsThatComeLate() {
        read(10, 0);
        read(20, 5);
        read(14, 0);
        read(16, 5);
        read(15, 2);
        assertThat(track.size()).isEqualTo(3);
        read(5, 0);
        read(4, -1);
        assertThat(track.size()).isEqualTo(4);
        clock.enter(nanos(14.9), nanos(20));
        assertThat(time(14.95, 2)).isEqualTo(14.95);
        assertThat(time(15.5, 5)).isEqualTo(15.5);
    }

    @Test
    void shouldIgnoreAReadingAmongOthersThatShowAnotherDistance() {
        read(10, 0);
        read(12, 0);
        read(11, 7);
        assertThat(track.size()).isEqualTo(1);
    }
}
