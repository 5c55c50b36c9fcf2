package io.pidcap.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.ObservedTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link PacketSource} keeps; extended by the test of each adapter and of the fake. */
@Timeout(120)
public abstract class PacketSourceContract {
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private PacketSource source;

    /** Opens a source that sees nothing but what {@link #send} sends. */
    protected abstract PacketSource open();

    /** Makes packets arrive whose last bytes from {@link #payloadOffset} begin with the numbers from 0, in order. */
    protected abstract void send(int count);

    /** Where the number stands in a packet. */
    protected abstract int payloadOffset();

    /** How the system keeps others out of a file. */
    protected void assertIsPrivate(Path file) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @BeforeEach
    void openSource() {
        source = open();
    }

    @AfterEach
    void closeSource() {
        source.close();
    }

    @Test
    void shouldCreateAFileForItsOwnerOnlyWhenASegmentIsMade() throws IOException {
        Path file = directory.resolve("one.pcap");
        try (PacketSource.Segment segment = source.createSegment(file)) {
            segment.flush();
            assertThat(segment.readableBytes()).isEqualTo(PcapRecords.HEADER_BYTES);
        }
        assertIsPrivate(file);
        assertThat(PcapRecords.read(file)).isEmpty();
        assertThat(PcapRecords.linkType(file)).isEqualTo(source.linkType().value());
        assertThat(PcapRecords.hasNanoseconds(file)).isEqualTo(source.nanosecondTimestamps());
    }

    @Test
    void shouldRefuseASegmentWhenTheFileExists() throws IOException {
        Path file = Files.writeString(directory.resolve("taken.pcap"), "precious");
        assertThatThrownBy(() -> source.createSegment(file).close())
                .isInstanceOfSatisfying(
                        HostException.class, e -> assertThat(e.code()).isEqualTo(HostException.Code.IO))
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("precious");
    }

    @Test
    void shouldRefuseASegmentWhenTheDirectoryIsMissing() {
        Path file = directory.resolve("nowhere").resolve("one.pcap");
        assertThatThrownBy(() -> source.createSegment(file).close())
                .isInstanceOf(HostException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void shouldHaveEveryPacketOnceInOrderWhenDrainedPastItsArrival() {
        Path file = directory.resolve("all.pcap");
        try (PacketSource.Segment segment = source.createSegment(file)) {
            send(500);
            drain(segment);
            segment.flush();
            assertThat(numbers(PcapRecords.read(file, segment.readableBytes()))).isEqualTo(upTo(500));
        }
        assertThat(source.counters().writtenPackets()).isEqualTo(500);
        assertThat(source.counters().droppedPackets()).isZero();
        assertThat(source.counters().receivedPackets()).isGreaterThanOrEqualTo(500);
    }

    @Test
    void shouldCountAsNotWrittenWhatIsDiscarded() {
        send(300);
        long until = System.nanoTime();
        Instant deadline = Instant.now().plus(DRAIN_DEADLINE);
        while (!isDrained(source, until)) {
            assertThat(Instant.now()).isBefore(deadline);
            source.discard(10);
        }
        assertThat(source.counters().unwrittenPackets()).isEqualTo(300);
        assertThat(source.counters().writtenPackets()).isZero();
    }

    @Test
    void shouldReturnWithNothingWhenNothingArrives() {
        try (PacketSource.Segment segment = source.createSegment(directory.resolve("idle.pcap"))) {
            assertThat(source.drainedUntil()).isNull();
            assertThat(source.pump(segment, 10)).isZero();
            assertThat(source.drainedUntil()).isNotNull();
        }
    }

    @Test
    void shouldNeitherLoseNorDoubleAPacketWhenTheSegmentChanges() {
        List<Integer> numbers = new ArrayList<>();
        send(300);
        Path first = directory.resolve("first.pcap");
        try (PacketSource.Segment segment = source.createSegment(first)) {
            source.pump(segment, 10);
        }
        numbers.addAll(numbers(PcapRecords.read(first)));
        send(300);
        Path second = directory.resolve("second.pcap");
        try (PacketSource.Segment segment = source.createSegment(second)) {
            drain(segment);
        }
        numbers.addAll(numbers(PcapRecords.read(second)));
        List<Integer> expected = new ArrayList<>(upTo(300));
        expected.addAll(upTo(300));
        assertThat(numbers).isEqualTo(expected);
    }

    @Test
    void shouldEndAtARecordWheneverItIsFlushed() {
        Path file = directory.resolve("flushed.pcap");
        send(400);
        long until = System.nanoTime();
        Instant deadline = Instant.now().plus(DRAIN_DEADLINE);
        try (PacketSource.Segment segment = source.createSegment(file)) {
            int pumped = 0;
            while (!isDrained(source, until)) {
                assertThat(Instant.now()).isBefore(deadline);
                pumped += source.pump(segment, 10);
                segment.flush();
                assertThat(PcapRecords.read(file, segment.readableBytes())).hasSize(pumped);
            }
            assertThat(pumped).isEqualTo(400);
        }
    }

    @SuppressWarnings("try") // closing twice is what is tried
    @Test
    void shouldKeepItsCountersAndAllowASecondCloseWhenClosed() {
        try (PacketSource.Segment segment = source.createSegment(directory.resolve("closed.pcap"))) {
            send(10);
            drain(segment);
            segment.close();
        }
        CaptureCounters open = source.counters();
        source.close();
        source.close();
        assertThat(source.counters()).isEqualTo(open);
        assertThat(open.writtenPackets()).isEqualTo(10);
    }

    /** Pumps until everything that has arrived by now is in the segment. */
    private void drain(PacketSource.Segment segment) {
        long until = System.nanoTime();
        Instant deadline = Instant.now().plus(DRAIN_DEADLINE);
        while (!isDrained(source, until)) {
            assertThat(Instant.now()).as("drained in time").isBefore(deadline);
            source.pump(segment, 10);
        }
    }

    /** Whether everything that arrived up to this time of the monotonic clock was pumped. */
    protected static boolean isDrained(PacketSource source, long nanoTime) {
        ObservedTime until = source.drainedUntil();
        return until != null && until.monotonicNanos() >= nanoTime;
    }

    private List<Integer> numbers(List<PcapRecords.Packet> packets) {
        return packets.stream()
                .map(packet -> packet.bytes().getInt(payloadOffset()))
                .toList();
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
