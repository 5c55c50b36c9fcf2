package io.pidcap.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.Attribution;
import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.OwnerMatch;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.journal.Compactions;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.coordinator.packet.PacketEndpointParser;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.file.JournalParts;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.JournalContinued;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.SegmentFiltered;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions by chance, each with two journals: one that keeps everything, and one that is compacted now and then. From both
 * the same is learnt: the report, and who owned what from the last checkpoint on.
 */
class CompactedJournalTest {
    private static final int STEPS = 600;

    private final long seed = Long.getLong("pidcap.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private JournalWriter whole;
    private JournalWriter last;
    private JournalParts parts;
    private int lastPart = 1;
    private long leastAllBefore = Long.MIN_VALUE;
    private long compactedBytes;

    @BeforeEach
    void begin() throws IOException {
        parts = new JournalParts(directory.resolve("journal"));
        whole = writer(directory.resolve("whole"));
        last = writer(parts.first());
    }

    @RepeatedTest(40)
    void shouldTellTheSameAsTheWholeJournal() throws IOException {
        RandomSession session = new RandomSession(random, this::write);
        session.begin(random.nextBoolean());
        for (int step = 0; step < STEPS; step++) {
            session.step();
            if (random.nextInt(40) == 0) {
                compact(session);
            }
        }
        compact(session);
        for (int step = random.nextInt(20); step > 0; step--) {
            session.step();
        }
        whole.close();
        last.close();
        assertThat(compactedBytes).as("seed %d", seed).isLessThan(Files.size(directory.resolve("whole")) * 3 / 4);
        assertSameHistory();
        List<ProcessSelector> selectors = List.of(
                selector(false, Set.of()),
                selector(true, Set.of()),
                selector(true, Set.of(3)),
                ProcessSelector.ofNames());
        for (ProcessSelector selector : selectors) {
            assertSameOwners(selector, session.now());
        }
    }

    /** As a coordinator leaves the files that dies while it compacts them. */
    @RepeatedTest(3)
    void shouldBeWholeAtEachStepOfACompaction() throws IOException {
        RandomSession session = new RandomSession(random, this::write);
        session.begin(true);
        for (int step = 0; step < STEPS; step++) {
            session.step();
            if (step % 200 == 100) {
                compact(session);
            }
        }
        goOnInNextPart();
        SegmentFiltered checkpoint = session.checkpoint(session.now());
        whole.close();
        last.close();
        byte[] first = Files.readAllBytes(parts.first());
        byte[] second = Files.readAllBytes(parts.path(lastPart - 1));
        Compactions.compact(parts, lastPart - 1, checkpoint);
        byte[] compacted = Files.readAllBytes(parts.first());
        assertThat(compacted.length).as("seed %d", seed).isLessThan(first.length + second.length);
        assertThat(parts.path(lastPart - 1)).doesNotExist();
        assertSameHistory();

        // The compacted one has its place, and what it stands for is still there.
        Files.write(parts.path(lastPart - 1), second);
        assertSameHistory();
        // It was being written.
        Files.write(parts.first(), first);
        for (int length : new int[] {0, 5, compacted.length / 2, compacted.length}) {
            Files.write(parts.unfinished(), Arrays.copyOf(compacted, length));
            assertSameHistory();
        }
        // Another one is not hindered by that.
        Compactions.compact(parts, lastPart - 1, checkpoint);
        assertThat(parts.unfinished()).doesNotExist();
        assertSameHistory();
        // The next file was being made, or is another session's.
        for (byte[] begin : List.of(new byte[0], new byte[5], Arrays.copyOf(compacted, 12), compacted)) {
            Files.write(parts.path(lastPart + 1), begin);
            assertSameHistory();
        }
        parts.delete();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("whole"));
        }
    }

    private static ProcessSelector selector(boolean children, Set<Integer> pids) {
        return new ProcessSelector(
                ProcessSelector.patterns(List.of("curl")), List.of(), pids, Set.of(), Set.of(), children);
    }

    private static JournalWriter writer(Path file) throws IOException {
        return new JournalWriter(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), file.toString());
    }

    private void write(JournalRecord entry) {
        try {
            whole.append(entry);
            last.append(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** At a time that is somewhere between that of the last one and now. */
    private void compact(RandomSession session) throws IOException {
        goOnInNextPart();
        long behind = (long) (random.nextDouble() * random.nextDouble() * 200 * RandomHost.SECOND);
        leastAllBefore = Math.max(leastAllBefore, session.now() - behind);
        SegmentFiltered checkpoint = session.checkpoint(leastAllBefore);
        whole.flush();
        last.flush();
        compactedBytes = Compactions.compact(parts, lastPart - 1, checkpoint);
    }

    private void goOnInNextPart() throws IOException {
        lastPart++;
        last.close();
        last = writer(parts.path(lastPart));
        last.append(JournalRecord.newBuilder()
                .setContinued(
                        JournalContinued.newBuilder().setSessionId("random").setPart(lastPart))
                .build());
    }

    private void assertSameHistory() throws IOException {
        SessionHistory expected = SessionHistory.read(directory.resolve("whole"));
        SessionHistory actual = SessionHistory.read(parts.first());
        assertThat(actual.events()).as("seed %d", seed).isEqualTo(expected.events());
        assertThat(actual.gaps()).as("seed %d", seed).isEqualTo(expected.gaps());
        assertThat(actual.runs()).as("seed %d", seed).isEqualTo(expected.runs());
        assertThat(actual.left()).as("seed %d", seed).isEqualTo(expected.left());
        assertThat(actual.interfaces()).as("seed %d", seed).isEqualTo(expected.interfaces());
        assertThat(actual.captureTotals()).as("seed %d", seed).isEqualTo(expected.captureTotals());
        assertThat(actual.head()).as("seed %d", seed).isEqualTo(expected.head());
        assertThat(actual.ready()).as("seed %d", seed).isEqualTo(expected.ready());
        assertThat(actual.captureEnd()).as("seed %d", seed).isEqualTo(expected.captureEnd());
        assertThat(actual.lastRecord()).as("seed %d", seed).isEqualTo(expected.lastRecord());
        assertThat(actual.checkpoint()).as("seed %d", seed).isEqualTo(expected.checkpoint());
        assertThat(Set.copyOf(actual.files().all()))
                .as("seed %d", seed)
                .isEqualTo(Set.copyOf(expected.files().all()));
        assertThat(actual.files().unconfirmed())
                .as("seed %d", seed)
                .isEqualTo(expected.files().unconfirmed());
        if (expected.head().hasRotation()) {
            assertThat(actual.rotation().report(actual.head(), null))
                    .as("seed %d", seed)
                    .isEqualTo(expected.rotation().report(expected.head(), null));
            assertThat(actual.rotation().left(actual.head(), Instant.EPOCH))
                    .as("seed %d", seed)
                    .isEqualTo(expected.rotation().left(expected.head(), Instant.EPOCH));
        }
    }

    private final class Learner implements JournalReplay.Sink {
        private final FlowTimeline timeline;
        private final Attributor attributor;
        private final long lost;

        Learner(Path journal, ProcessSelector selector) throws IOException {
            timeline = new FlowTimeline(new ProcessRegistry(selector), seed);
            attributor = new Attributor(timeline);
            try (JournalReplay replay = JournalReplay.open(journal)) {
                while (replay.next(this)) {
                    // Learnt.
                }
                lost = replay.lostEvents();
            }
        }

        @Override
        public void snapshot(SocketSnapshot snapshot) {
            timeline.snapshot(snapshot);
        }

        @Override
        public void batch(FlowBatch batch) {
            timeline.batch(batch);
        }

        String owners(PacketEndpoints packet, long at) {
            Attribution result = new Attribution();
            attributor.attribute(packet, at, result);
            return result.selected() + " " + names(result.source()) + " " + names(result.destination());
        }

        private Set<String> names(OwnerMatch match) {
            Set<String> names = new TreeSet<>();
            for (int i = 0; i < match.count(); i++) {
                names.add(match.owner(i) + (match.isSelected(match.owner(i)) ? " wanted" : ""));
            }
            return names;
        }
    }

    private void assertSameOwners(ProcessSelector selector, long now) throws IOException {
        Learner expected = new Learner(directory.resolve("whole"), selector);
        Learner actual = new Learner(parts.first(), selector);
        assertThat(actual.lost).as("seed %d", seed).isEqualTo(expected.lost);
        assertThat(actual.timeline.watermarkMonotonicNanos())
                .as("seed %d", seed)
                .isEqualTo(expected.timeline.watermarkMonotonicNanos());
        List<String> owned = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            long at = leastAllBefore + (long) (random.nextDouble() * (now - leastAllBefore));
            PacketEndpoints packet = packet();
            String owners = expected.owners(packet, at);
            assertThat(actual.owners(packet, at))
                    .as("seed %d, %s at %d", seed, packet, at)
                    .isEqualTo(owners);
            owned.add(owners);
        }
        assertThat(owned).as("seed %d", seed).anyMatch(owners -> owners.length() > "false [] []".length());
    }

    private PacketEndpoints packet() {
        int from = 1 + random.nextInt(RandomHost.PORTS);
        int to = 1 + random.nextInt(RandomHost.PORTS);
        int protocol = random.nextBoolean() ? 6 : 17;
        byte[] payload = protocol == 6
                ? Packets.tcp(from, to, random.nextBoolean() ? Packets.SYN : Packets.ACK, 0)
                : Packets.udp(from, to, 0);
        byte[] packet = Packets.ipv4(address(), address(), protocol, payload);
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(LinkType.RAW, ByteBuffer.wrap(packet), 0, packet.length, endpoints);
        return endpoints;
    }

    private String address() {
        return RandomHost.ADDRESSES.get(random.nextInt(RandomHost.ADDRESSES.size()));
    }
}
