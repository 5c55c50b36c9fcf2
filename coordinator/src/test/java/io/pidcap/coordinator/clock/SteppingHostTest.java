package io.pidcap.coordinator.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.ObservedTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Seeded histories of a host whose wall clock is set now and then, with streams of packets that are announced as a
 * capture-worker announces them. The host knows when each packet was captured.
 */
class SteppingHostTest {
    private static final long MICRO = 1000;
    private static final long MILLI = 1000 * MICRO;
    private static final long SECOND = 1000 * MILLI;
    private static final long END = 120 * SECOND;
    private static final long TURN = 80 * MILLI;
    /** What the system may hold back. */
    private static final long HOLD = 70 * MILLI;
    /** Longer than two turns and what is held back. */
    private static final long TELLABLE = 300 * MILLI;

    private static final double LARGEST_STEP = 3 * 3600.0 * SECOND;
    private static final long NOISE = 10 * MICRO;
    private static final long TOLERANCE = 100 * MICRO;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final List<Long> steppedAt = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>(List.of(1_700_000_000 * SECOND));
    private final ClockTrack track = new ClockTrack();

    /** One packet. */
    private record Packet(long captured, long stamp) {}

    /** One interface: packets in the order of its file. */
    private final class Stream {
        final PacketClock clock = new PacketClock(track);
        final List<Packet> packets = new ArrayList<>();
        int next;
        long drained = Long.MIN_VALUE;

        Stream(long shortestPause, long longestPause, long disorder) {
            double range = Math.log((double) longestPause / shortestPause);
            long at = SECOND;
            while (at < END) {
                at += (long) (shortestPause * Math.exp(random.nextDouble() * range));
                long captured = at - (long) (random.nextDouble() * disorder);
                packets.add(new Packet(captured, captured + offset(captured)));
            }
        }

        /** Asks about what is announced now; returns how far its worst answer is from the truth. */
        void turn(long now) {
            track.add(reading(now));
            clock.enter(drained, now);
            long until = now - (long) (random.nextDouble() * HOLD);
            while (next < packets.size() && packets.get(next).captured() <= until) {
                Packet packet = packets.get(next++);
                check(packet, clock.monotonicNanos(packet.stamp()));
            }
            // A packet may be written behind one that was held back.
            drained = now - 2 * HOLD;
        }
    }

    private long smallest;

    private void check(Packet packet, long answer) {
        long error = Math.abs(answer - packet.captured());
        assertThat(error)
                .as(
                        "seed %d: packet of %d taken for one of %d; steps at %s to %s",
                        seed, packet.captured(), answer, steppedAt, offsets)
                .isLessThanOrEqualTo(Math.max(TOLERANCE, smallest));
        if (error > TOLERANCE) {
            // Wrong by a step that is too small to be told, not by anything else.
            long own = offset(packet.captured());
            assertThat(offsets)
                    .as("seed %d", seed)
                    .anyMatch(other -> Math.abs(Math.abs(other - own) - error) <= TOLERANCE);
        }
    }

    private long offset(long at) {
        int era = 0;
        while (era < steppedAt.size() && steppedAt.get(era) <= at) {
            era++;
        }
        return offsets.get(era);
    }

    private ObservedTime reading(long at) {
        return new ObservedTime(at, at + offset(at) + (long) (random.nextGaussian() * NOISE / 4));
    }

    /** Steps of either direction, from the given size up to hours, each shown by some readings. */
    private void steps(long smallestStep) {
        long at = 2 * SECOND;
        while (at < END) {
            at += (long) (SECOND / 2 * Math.exp(random.nextDouble() * 4));
            double size = smallestStep * Math.exp(random.nextDouble() * Math.log(LARGEST_STEP / smallestStep));
            // Now and then right back to where it was.
            long last = offsets.get(offsets.size() - 1);
            long to = offsets.size() > 1 && random.nextInt(4) == 0
                    ? offsets.get(offsets.size() - 2)
                    : last + (long) (random.nextBoolean() ? size : -size);
            if (Math.abs(to - last) >= smallestStep) {
                steppedAt.add(at);
                offsets.add(to);
            }
        }
    }

    private void run(Stream... streams) {
        track.add(reading(SECOND / 2));
        long[] due = new long[streams.length];
        Arrays.setAll(due, i -> SECOND + i * TURN / streams.length);
        for (long now = SECOND; now < END; now += MILLI) {
            for (int i = 0; i < streams.length; i++) {
                if (now >= due[i]) {
                    streams[i].turn(now);
                    due[i] = now + TURN;
                }
            }
            // An event-worker's watermark is a reading from a while ago.
            if (now % (50 * MILLI) == 0) {
                track.add(reading(now - 20 * MILLI - (long) (random.nextDouble() * 200 * MILLI)));
            }
            track.forgetBefore(now - 3 * SECOND);
        }
        assertThat(track.size()).as("seed %d: eras held", seed).isLessThan(12);
    }

    @RepeatedTest(20)
    void shouldBeWrongByNoMoreThanAStepThatAnnouncementsCannotTell() {
        steps(MILLI);
        smallest = TELLABLE;
        run(
                new Stream(100 * MICRO, 10 * SECOND, 20 * MICRO),
                new Stream(MILLI, 40 * SECOND, 20 * MICRO),
                new Stream(20 * MICRO, 50 * MILLI, 20 * MICRO));
    }

    @RepeatedTest(20)
    void shouldBeRightAboutLargeStepsHoweverLongTheStreamIsQuiet() {
        steps(TELLABLE);
        smallest = 0;
        run(new Stream(100 * MICRO, 10 * SECOND, MILLI), new Stream(SECOND, 40 * SECOND, MILLI));
    }

    @RepeatedTest(20)
    void shouldBeRightAboutSmallStepsInABusyStream() {
        steps(20 * MILLI);
        smallest = 0;
        run(new Stream(20 * MICRO, 4 * MILLI, 100 * MICRO));
    }

    @RepeatedTest(20)
    void shouldDoWithOrderAloneInAFileFromElsewhere() {
        steps(SECOND);
        smallest = 0;
        // Beyond the last packet: a step that no reading shows cannot be known.
        for (long at = SECOND / 2; at < END + SECOND; at += 200 * MILLI) {
            track.add(reading(at));
        }
        Stream file = new Stream(MILLI, 200 * MILLI, MILLI);
        for (Packet packet : file.packets) {
            check(packet, file.clock.monotonicNanos(packet.stamp()));
        }
    }
}
