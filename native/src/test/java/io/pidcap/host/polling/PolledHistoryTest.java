package io.pidcap.host.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;

/**
 * The promise of polling: whatever a look has seen is owned, by the events, at least for as long as it truly was. Random
 * histories are looked at by looks that read every socket and owner at an instant of their own, as /proc is read.
 */
class PolledHistoryTest {
    private static final int END = 10_000;

    /** One process truly has one socket from {@code from} until {@code until}. */
    private record Holding(long inode, FiveTuple tuple, ProcessIdentity owner, int from, int until) {}

    /** What the events say of a holding; still open with {@code until} at its maximum. */
    private record Interval(long from, long until) {}

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private List<Holding> randomHistory() {
        List<Holding> history = new ArrayList<>();
        for (long inode = 1; inode <= 12; inode++) {
            FiveTuple tuple =
                    new FiveTuple(17, new Endpoint(IpAddress.ofIpv4(1), 1 + random.nextInt(5)), Endpoint.NONE);
            int from = random.nextInt(END - 200);
            int until = from + 100 + random.nextInt(END - from);
            // A chain of owners that hand the socket on, each having it for a while together with the next.
            for (int pid = 1; from < until; pid++) {
                int left = Math.min(until, from + 50 + random.nextInt(END / 3));
                history.add(new Holding(inode, tuple, new ProcessIdentity(pid, 1), from, left));
                from = left == until ? until : left - random.nextInt(40);
            }
        }
        return history;
    }

    private Look look(List<Holding> history, int start, int end) {
        Map<Long, SocketEntry> sockets = new HashMap<>();
        for (Holding holding : history) {
            int read = start + random.nextInt(end - start + 1);
            if (holding.from() <= read && read < holding.until()) {
                sockets.merge(
                        holding.inode(),
                        new SocketEntry(
                                holding.inode(), 1, holding.tuple(), SocketState.BOUND, List.of(holding.owner())),
                        PolledHistoryTest::together);
            }
        }
        return new Look(at(start), at(end), 1, Map.of(), sockets, List.of(), List.of());
    }

    private static SocketEntry together(SocketEntry a, SocketEntry b) {
        TreeSet<ProcessIdentity> owners = new TreeSet<>(Comparator.comparingInt(ProcessIdentity::pid));
        owners.addAll(a.owners());
        owners.addAll(b.owners());
        return new SocketEntry(a.socketId(), a.netnsId(), a.tuple(), a.state(), List.copyOf(owners));
    }

    private static ObservedTime at(long nanos) {
        return new ObservedTime(nanos, nanos);
    }

    @RepeatedTest(200)
    void shouldCoverTheTruth() {
        List<Holding> history = randomHistory();
        Map<String, List<Interval>> told = new HashMap<>();
        List<Look> looks = new ArrayList<>();
        looks.add(look(history, 0, 5));
        looks.get(0).sockets().values().forEach(s -> s.owners().forEach(o -> open(told, s.socketId(), o, 0)));
        long watermark = 0;
        for (int start = 20; start < 2 * END; start += 40 + random.nextInt(200)) {
            Look now = look(history, start, start + random.nextInt(30));
            FlowBatch batch = LookDifference.between(looks.get(looks.size() - 1), now);
            for (FlowEvent event : batch.events()) {
                assertThat(event.observed().monotonicNanos())
                        .as("after the watermark; seed %d", seed)
                        .isGreaterThanOrEqualTo(watermark);
                apply(told, event);
            }
            watermark = batch.completeUntil().monotonicNanos();
            looks.add(now);
        }
        for (Holding holding : history) {
            if (looks.stream().anyMatch(look -> shows(look, holding))) {
                assertCovered(told, holding);
            }
        }
    }

    private static boolean shows(Look look, Holding holding) {
        SocketEntry entry = look.sockets().get(holding.inode());
        // Only a look that surely was within the time counts: at its edges another holding may be the one seen.
        return entry != null
                && entry.owners().contains(holding.owner())
                && look.start().monotonicNanos() >= holding.from()
                && look.end().monotonicNanos() < holding.until();
    }

    private static String key(long inode, ProcessIdentity owner) {
        return inode + "/" + owner.pid();
    }

    private static void open(Map<String, List<Interval>> told, long inode, ProcessIdentity owner, long from) {
        told.computeIfAbsent(key(inode, owner), k -> new ArrayList<>()).add(new Interval(from, Long.MAX_VALUE));
    }

    private static void apply(Map<String, List<Interval>> told, FlowEvent event) {
        long time = event.observed().monotonicNanos();
        switch (event.kind()) {
            case OPENED, OWNER_JOINED -> open(told, event.socketId(), event.owner(), time);
            case OWNER_LEFT, CLOSED ->
                told.getOrDefault(key(event.socketId(), event.owner()), new ArrayList<>())
                        .replaceAll(i -> i.until() == Long.MAX_VALUE ? new Interval(i.from(), time) : i);
        }
    }

    private void assertCovered(Map<String, List<Interval>> told, Holding holding) {
        long covered = holding.from();
        List<Interval> intervals = new ArrayList<>(told.getOrDefault(key(holding.inode(), holding.owner()), List.of()));
        intervals.sort(Comparator.comparingLong(Interval::from));
        for (Interval interval : intervals) {
            if (interval.from() <= covered) {
                covered = Math.max(covered, interval.until());
            }
        }
        assertThat(covered)
                .as("seed %d: %s told as %s", seed, holding, intervals)
                .isGreaterThanOrEqualTo(holding.until());
    }
}
