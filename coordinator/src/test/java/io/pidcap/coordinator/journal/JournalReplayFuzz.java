package io.pidcap.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.JournalParts;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.SegmentFiltered;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a journal's records say, who owned what is learnt from it, or it is refused with its offset; and it can be
 * compacted. The input is records alone, each behind its length as a varint: no fuzzer guesses a checksum.
 */
final class JournalReplayFuzz {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final Path FILE;
    private static final SegmentFiltered EVERYTHING_IS_OLD = SegmentFiltered.newBuilder()
            .setAllBeforeMonotonicNanos(Long.MAX_VALUE)
            .build();

    static {
        try {
            FILE = Files.isWritable(MEMORY)
                    ? Files.createTempFile(MEMORY, "pidcap-fuzz", null)
                    : Files.createTempFile("pidcap-fuzz", null);
            FILE.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Learner implements JournalReplay.Sink {
        private final FlowTimeline timeline =
                new FlowTimeline(new ProcessRegistry(ProcessSelector.ofNames("curl")), 42);

        @Override
        public void snapshot(SocketSnapshot snapshot) {
            timeline.snapshot(snapshot);
        }

        @Override
        public void batch(FlowBatch batch) {
            timeline.batch(batch);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void shouldLearnOrRefuse(byte[] bytes) throws IOException {
        write(bytes);
        try {
            long lost = learn();
            // What was understood once is so without what nobody needs any more.
            JournalCompactor.compact(new JournalParts(FILE), 1, EVERYTHING_IS_OLD, () -> false);
            assertThat(learn()).isEqualTo(lost);
        } catch (CaptureFileException e) {
            assertThat(e).hasMessageStartingWith(FILE + ", offset ");
        }
    }

    /** Gives how much was lost. */
    private static long learn() throws IOException {
        Learner learner = new Learner();
        try (JournalReplay replay = JournalReplay.open(FILE)) {
            while (replay.next(learner)) {
                // Learnt.
            }
            assertThat(replay.tornBytes()).isZero();
            return replay.lostEvents();
        }
    }

    private static void write(byte[] bytes) throws IOException {
        FileChannel channel = FileChannel.open(FILE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        try (JournalWriter writer = new JournalWriter(channel, FILE.toString())) {
            ByteArrayInputStream input = new ByteArrayInputStream(bytes);
            for (JournalRecord one = read(input); one != null; one = read(input)) {
                if (one.getSerializedSize() > 0) {
                    writer.append(one);
                }
            }
        }
    }

    private static @Nullable JournalRecord read(ByteArrayInputStream input) throws IOException {
        try {
            return JournalRecord.parseDelimitedFrom(input);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}
