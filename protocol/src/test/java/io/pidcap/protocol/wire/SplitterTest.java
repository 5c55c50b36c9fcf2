package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.SnapshotPart;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SplitterTest {
    private static final long SEED = System.nanoTime();

    private final RandomModel any = new RandomModel(SEED);
    private final FlowBatchSplitter splitter = new FlowBatchSplitter();
    private final FlowBatchAssembler assembler = new FlowBatchAssembler();

    private static <T> List<T> all(Iterator<T> iterator) {
        List<T> list = new ArrayList<>();
        iterator.forEachRemaining(list::add);
        return list;
    }

    private static SocketSnapshot assembled(List<SnapshotPart> parts) {
        SnapshotAssembler assembler = new SnapshotAssembler();
        for (SnapshotPart part : parts.subList(0, parts.size() - 1)) {
            assertThat(part.getLast()).isFalse();
            assertThat(assembler.add(part)).isNull();
        }
        SocketSnapshot snapshot = assembler.add(parts.get(parts.size() - 1));
        if (snapshot == null) {
            throw new AssertionError("the last part gave no snapshot");
        }
        return snapshot;
    }

    @Test
    void shouldPutSnapshotsOfAnySizeTogetherAgain() {
        for (int size : new int[] {0, 1, 5, 500, 3000, 6000}) {
            SocketSnapshot snapshot = any.snapshot(size);
            List<SnapshotPart> parts = all(new SnapshotSplitter(snapshot));
            assertThat(assembled(parts)).as("seed " + SEED).isEqualTo(snapshot);
            for (SnapshotPart part : parts) {
                assertThat(part.getProcessesCount() + part.getSocketsCount() + part.getLocalAddressesCount())
                        .isLessThanOrEqualTo(PipeLimits.MAX_BATCH_ENTRIES);
            }
        }
    }

    @Test
    void shouldKeepPartsUnderTheFrameLimitWhateverIsInThem() {
        ProcessInfo large = new ProcessInfo(
                new ProcessIdentity(1, 0), 0, "n", "c", null, List.of("a".repeat(60_000), "b".repeat(60_000)), -1);
        SocketSnapshot snapshot =
                new SocketSnapshot(new ObservedTime(1, 2), 3, any.list(100, () -> large), List.of(), List.of());
        List<SnapshotPart> parts = all(new SnapshotSplitter(snapshot));
        assertThat(parts.size()).isGreaterThan(10);
        for (SnapshotPart part : parts) {
            assertThat(part.getSerializedSize()).isLessThan(PipeLimits.MAX_FRAME_BYTES);
        }
        assertThat(assembled(parts).processes()).hasSize(100);
    }

    @Test
    void shouldCarryASocketWithMoreOwnersThanAFrameHolds() {
        SocketEntry one = any.socket();
        List<SocketEntry> sockets = new ArrayList<>();
        for (int owners : new int[] {4095, 4096, 4097, 8192, 200_000, 1}) {
            sockets.add(new SocketEntry(
                    one.socketId() + 2L * owners,
                    one.netnsId(),
                    one.tuple(),
                    one.state(),
                    any.list(owners, any::identity),
                    6));
        }
        SocketSnapshot snapshot = new SocketSnapshot(new ObservedTime(1, 2), 3, List.of(), sockets, List.of());
        List<SnapshotPart> parts = all(new SnapshotSplitter(snapshot));
        for (SnapshotPart part : parts) {
            assertThat(part.getSerializedSize()).isLessThan(PipeLimits.MAX_FRAME_BYTES);
        }
        assertThat(assembled(parts)).isEqualTo(snapshot);
    }

    @Test
    void shouldRefusePartsOfTwoSnapshotsAndStartAnew() {
        SnapshotPart first = SnapshotPart.newBuilder()
                .setTaken(ObservedTimeMessage.newBuilder().setEpochNanos(1))
                .build();
        SnapshotPart other = SnapshotPart.newBuilder()
                .setTaken(ObservedTimeMessage.newBuilder().setEpochNanos(2))
                .setLast(true)
                .build();
        SnapshotAssembler snapshots = new SnapshotAssembler();
        assertThat(snapshots.add(first)).isNull();
        assertThatThrownBy(() -> snapshots.add(other))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("another snapshot");
        assertThat(snapshots.add(other)).isNotNull();
        assertThatThrownBy(() -> snapshots.add(SnapshotPart.getDefaultInstance()))
                .hasMessageContaining("SnapshotPart.taken");
    }

    @Test
    void shouldRefuseAPartWithTooManyEntries() {
        SnapshotPart.Builder part = SnapshotPart.newBuilder().setTaken(ObservedTimeMessage.getDefaultInstance());
        for (int i = 0; i <= PipeLimits.MAX_BATCH_ENTRIES; i++) {
            part.addLocalAddresses(EventMapper.toMessage(any.localAddress()));
        }
        assertThatThrownBy(() -> new SnapshotAssembler().add(part.build()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("1025 entries");
    }

    @Test
    void shouldPutBatchesOfAnySizeTogetherAgainNumberedWithoutGap() {
        long number = 0;
        for (int size : new int[] {0, 1, 5, 500, 3000, 0, 6000}) {
            FlowBatch batch = any.batch(size);
            List<FlowBatchMessage> pieces = all(splitter.split(batch));
            FlowBatch whole = null;
            for (FlowBatchMessage piece : pieces) {
                assertThat(whole).isNull();
                assertThat(piece.getNumber()).isEqualTo(++number);
                assertThat(piece.getSerializedSize()).isLessThan(PipeLimits.MAX_FRAME_BYTES);
                whole = assembler.add(piece);
            }
            assertThat(whole).as("seed " + SEED).isEqualTo(batch);
        }
        assertThat(assembler.missingPieces()).isZero();
    }

    @Test
    void shouldCountMissingPiecesAndGoOn() {
        FlowBatch batch = any.batch(3);
        all(splitter.split(batch));
        all(splitter.split(batch));
        for (FlowBatchMessage piece : all(splitter.split(batch))) {
            assertThat(assembler.add(piece)).isEqualTo(batch);
        }
        assertThat(assembler.missingPieces()).isEqualTo(2);
        assertThatThrownBy(() ->
                        assembler.add(FlowBatchMessage.newBuilder().setNumber(3).build()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("FlowBatchMessage.number 3 came after 3");
    }

    @Test
    void shouldNotGatherForEverWithoutAWatermark() {
        FlowBatchMessage.Builder piece = FlowBatchMessage.newBuilder();
        for (int i = 0; i < PipeLimits.MAX_BATCH_ENTRIES; i++) {
            piece.addExits(EventMapper.toMessage(new ProcessIdentity(1, 1)));
        }
        int whole = FlowBatchAssembler.MAX_ENTRIES / PipeLimits.MAX_BATCH_ENTRIES;
        for (int i = 1; i <= whole; i++) {
            assertThat(assembler.add(piece.setNumber(i).build())).isNull();
        }
        assertThatThrownBy(() -> assembler.add(piece.setNumber(whole + 1).build()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("too large");
    }
}
