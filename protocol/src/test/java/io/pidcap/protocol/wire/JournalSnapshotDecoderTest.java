package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Tuple;
import io.pidcap.protocol.wire.JournalSnapshotDecoder.Found;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The generated classes, with the mapping that checks every rule, are the judge. */
final class JournalSnapshotDecoderTest {
    private static final int RUN = 7;

    private final long seed = System.nanoTime();
    private final RandomModel any = new RandomModel(seed);
    private final Random random = new Random(seed);
    private final JournalSnapshotDecoder decoder = new JournalSnapshotDecoder();

    private static byte[] entryOf(SnapshotPart part) {
        return JournalRecord.newBuilder()
                .setWrittenEpochNanos(5)
                .setSnapshotPart(RunSnapshotPart.newBuilder().setRun(RUN).setPart(part))
                .build()
                .toByteArray();
    }

    /** In the midst of other bytes. */
    private @Nullable Found decode(byte[] entry) {
        byte[] buffer = new byte[entry.length + 20];
        Arrays.fill(buffer, (byte) 0x55);
        System.arraycopy(entry, 0, buffer, 11, entry.length);
        return decoder.decode(buffer, 11, entry.length);
    }

    /** Null where a rule is broken, or something else is in it. */
    private static @Nullable SocketSnapshot expected(byte[] entry) {
        try {
            JournalRecord parsed = JournalRecord.parseFrom(entry);
            return parsed.hasSnapshotPart()
                    ? whole(new SnapshotAssembler(), parsed.getSnapshotPart().getPart())
                    : null;
        } catch (InvalidProtocolBufferException | ProtocolException e) {
            return null;
        }
    }

    private static @Nullable SocketSnapshot whole(SnapshotAssembler assembler, SnapshotPart part) {
        return assembler.add(part.toBuilder().setLast(true).build());
    }

    private static @Nullable SocketSnapshot whole(Found found) {
        DecodedSnapshotPart part = found.part();
        return new SnapshotAssembler()
                .add(new DecodedSnapshotPart(
                        part.taken(),
                        part.ownNetnsId(),
                        part.processes(),
                        part.sockets(),
                        part.localAddresses(),
                        true));
    }

    @Test
    void shouldReadWhatTheWriterWrites() {
        for (int size : new int[] {0, 1, 5, 500, 6000}) {
            for (SnapshotPart part : parts(size)) {
                byte[] entry = entryOf(part);
                Found found = Objects.requireNonNull(decode(entry), "seed " + seed);
                assertThat(found.run()).isEqualTo(RUN);
                assertThat(found.part().last()).isEqualTo(part.getLast());
                assertThat(whole(found)).as("seed " + seed).isEqualTo(expected(entry));
            }
        }
    }

    @Test
    void shouldSayTheSameAsTheGeneratedClassesOrNothingOfDamagedRecords() {
        int read = 0;
        for (int round = 0; round < 4_000; round++) {
            byte[] entry = damaged(entryOf(parts(1 + random.nextInt(4)).get(0)));
            Found found = decode(entry);
            if (found != null) {
                read++;
                assertThat(whole(found))
                        .as("seed " + seed + ", round " + round + ", " + Arrays.toString(entry))
                        .isEqualTo(expected(entry));
            }
        }
        assertThat(read).as("seed " + seed).isGreaterThan(100);
    }

    @Test
    void shouldLeaveATupleInTwoPiecesToTheGeneratedClasses() {
        SnapshotPart part = SnapshotPart.newBuilder()
                .setTaken(EventMapper.toMessage(any.time()))
                .addSockets(EventMapper.toMessage(any.socket()))
                .build();
        byte[] twice = Tuple.newBuilder().setLocalPort(9).build().toByteArray();
        SnapshotPart.Builder changed = part.toBuilder();
        changed.getSocketsBuilder(0)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                3,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFrom(twice))
                                        .build())
                        .build());
        assertThat(decode(entryOf(part))).isNotNull();
        assertThat(decode(entryOf(changed.build()))).isNull();
    }

    private List<SnapshotPart> parts(int size) {
        List<SnapshotPart> parts = new ArrayList<>();
        new SnapshotSplitter(any.snapshot(size)).forEachRemaining(parts::add);
        return parts;
    }

    /** With one byte changed, left out, doubled, or all cut off behind it. */
    private byte[] damaged(byte[] entry) {
        int at = random.nextInt(entry.length);
        byte[] changed = entry.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed[at] = (byte) (changed[at] ^ 1 << random.nextInt(8));
            case 1 -> changed[at] = (byte) random.nextInt();
            case 2 -> changed = Arrays.copyOf(entry, at);
            default -> System.arraycopy(entry, at, changed, Math.min(at + 1, entry.length - 1), entry.length - at - 1);
        }
        return changed;
    }
}
