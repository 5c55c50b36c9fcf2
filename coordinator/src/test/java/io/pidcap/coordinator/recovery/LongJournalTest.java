package io.pidcap.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.wire.EventMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million connections, each of a process of its own, in half a day of simulated time: the journal's files stay short. */
class LongJournalTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long BOUND = 256 << 10;
    private static final int BATCHES = 50_000;
    private static final int CONNECTIONS_OF_BATCH = 20;
    private static final int PIDS = 30_000;
    private static final IpAddress ADDRESS = new IpAddress(0, 0xffff_0a00_0001L);

    @TempDir
    Path directory;

    private Path file;
    private long nowNanos;
    private long connections;
    private long mostBytes;
    private long writtenBytes;

    @BeforeEach
    void place() {
        file = directory.resolve("journal");
    }

    @Test
    void shouldStayShort() throws IOException {
        try (FlowJournal journal = begin()) {
            for (int number = 1; number <= BATCHES; number++) {
                write(journal, number);
                if (number % 50 == 0) {
                    awaitCompaction();
                }
            }
        }
        assertThat(writtenBytes).isGreaterThan(150L << 20);
        assertThat(mostBytes).isLessThan(4 << 20);
        SessionHistory history = SessionHistory.read(file);
        assertThat(history.events().received()).isEqualTo(2 * connections);
        assertThat(history.events().missingMessages()).isZero();
    }

    @Test
    void shouldGoOnWhereItCannotBeCompactedAndTryAgain() throws IOException {
        Path inTheWay = directory.resolve("journal.new/something");
        Files.createDirectories(inTheWay);
        try (FlowJournal journal = begin()) {
            int number = 1;
            while (!Files.exists(directory.resolve("journal-3"))) {
                write(journal, number++);
            }
            Files.delete(inTheWay);
            // A compaction that failed just now may have done that.
            Files.deleteIfExists(inTheWay.getParent());
            while (Files.exists(directory.resolve("journal-3"))) {
                write(journal, number++);
            }
        }
        assertThat(SessionHistory.read(file).events().received()).isEqualTo(2 * connections);
    }

    private FlowJournal begin() throws IOException {
        FlowJournal journal = FlowJournal.create(file, BOUND, failure -> {
            throw new AssertionError(failure);
        });
        journal.checkpointsFrom(taker -> taker.accept(SegmentFiltered.newBuilder()
                .setAllBeforeMonotonicNanos(nowNanos - SECOND)
                .build()));
        journal.sessionStarted(SessionStarted.newBuilder()
                .setSessionId("long")
                .setOutputFile("/tmp/out.pcap")
                .build());
        journal.snapshotPart(
                1,
                SnapshotPart.newBuilder()
                        .setTaken(EventMapper.toMessage(now()))
                        .setLast(true)
                        .build());
        return journal;
    }

    private ObservedTime now() {
        return new ObservedTime(nowNanos, nowNanos);
    }

    /** A second of the session. */
    private void write(FlowJournal journal, int number) throws IOException {
        FlowBatchMessage.Builder batch = FlowBatchMessage.newBuilder().setNumber(number);
        for (int i = 0; i < CONNECTIONS_OF_BATCH; i++) {
            nowNanos += SECOND / CONNECTIONS_OF_BATCH;
            connections++;
            int pid = 1 + (int) (connections % PIDS);
            ProcessIdentity owner = new ProcessIdentity(pid, nowNanos);
            FiveTuple tuple = new FiveTuple(6, new Endpoint(ADDRESS, 1 + pid), new Endpoint(ADDRESS, 80));
            batch.addProcesses(EventMapper.toMessage(new ProcessInfo(owner, 1, "curl", "curl", null, List.of(), 0)));
            for (Kind kind : List.of(Kind.OPENED, Kind.CLOSED)) {
                batch.addEvents(EventMapper.toMessage(
                        new FlowEvent(kind, now(), connections, 1, tuple, SocketState.CONNECTED, owner)));
            }
            batch.addExits(EventMapper.toMessage(owner));
        }
        batch.setCompleteUntil(EventMapper.toMessage(now()));
        writtenBytes += batch.build().getSerializedSize();
        journal.flowBatch(1, batch.build());
        mostBytes = Math.max(mostBytes, bytes());
    }

    /** Half a day is over in seconds here: the compactor gets the time that it would have. */
    private void awaitCompaction() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (files() > 2 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    private long bytes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(LongJournalTest::size)
                    .sum();
        }
    }

    private static long size(Path path) {
        // Zero where it was deleted meanwhile.
        return path.toFile().length();
    }
}
