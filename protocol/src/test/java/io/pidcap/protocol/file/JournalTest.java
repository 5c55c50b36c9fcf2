package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.SessionEnded;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = directory.resolve("journal");
    }

    private static List<JournalRecord> records() {
        List<JournalRecord> records = new ArrayList<>();
        records.add(JournalRecord.newBuilder()
                .setWrittenEpochNanos(1)
                .setSessionStarted(
                        SessionStarted.newBuilder().setSessionId("s1").addProcessNames("curl"))
                .build());
        for (int i = 1; i < 8; i++) {
            records.add(JournalRecord.newBuilder()
                    .setWrittenEpochNanos(i)
                    .setFlowBatch(RunFlowBatch.newBuilder()
                            .setRun(1)
                            .setBatch(FlowBatchMessage.newBuilder().setNumber(i)))
                    .build());
        }
        return records;
    }

    private void write(List<JournalRecord> records) throws IOException {
        Files.deleteIfExists(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (JournalWriter writer = new JournalWriter(channel, path.toString())) {
            for (JournalRecord one : records) {
                writer.append(one);
            }
            writer.force();
            assertThat(Files.size(path)).isEqualTo(writer.length());
        }
    }

    private static List<JournalRecord> readAll(JournalReader reader) throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        for (JournalRecord one = reader.next(); one != null; one = reader.next()) {
            records.add(one);
        }
        assertThat(reader.next()).isNull();
        return records;
    }

    @Test
    void shouldReadBackWhatWasWritten() throws IOException {
        List<JournalRecord> records = records();
        records.add(JournalRecord.newBuilder()
                .setSessionEnded(SessionEnded.newBuilder().setReportJson("x".repeat(2_000_000)))
                .build());
        records.addAll(records());
        write(records);
        try (JournalReader reader = JournalReader.open(path)) {
            assertThat(readAll(reader)).isEqualTo(records);
            assertThat(reader.tornBytes()).isZero();
            assertThat(reader.offset()).isEqualTo(Files.size(path));
        }
    }

    @Test
    void shouldStopAtTheTornRecordWhenTruncatedAtEveryByte() throws IOException {
        List<JournalRecord> records = records();
        write(records);
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            if (length < 12) {
                assertThatThrownBy(() -> JournalReader.open(path)).hasMessageContaining("ends inside the header");
                continue;
            }
            try (JournalReader reader = JournalReader.open(path)) {
                List<JournalRecord> read = readAll(reader);
                assertThat(records.subList(0, read.size())).isEqualTo(read);
                assertThat(reader.offset() + reader.tornBytes()).isEqualTo(length);
                assertThat(reader.tornBytes()).isLessThan(100);
            }
        }
    }

    @Test
    void shouldTakeZerosBehindTheLastRecordForATornOne() throws IOException {
        write(records());
        long size = Files.size(path);
        Files.write(path, new byte[5000], StandardOpenOption.APPEND);
        try (JournalReader reader = JournalReader.open(path)) {
            assertThat(readAll(reader)).isEqualTo(records());
            assertThat(reader.offset()).isEqualTo(size);
            assertThat(reader.tornBytes()).isEqualTo(5000);
        }
    }

    @Test
    void shouldSayWhereARecordIsCorruptWhereverAByteIsWrong() throws IOException {
        List<JournalRecord> records = records();
        write(records);
        byte[] whole = Files.readAllBytes(path);
        int lastStart = whole.length - 8 - records.get(records.size() - 1).getSerializedSize();
        for (int index = 12; index < whole.length; index++) {
            byte[] damaged = whole.clone();
            damaged[index] ^= 0x10;
            Files.write(path, damaged);
            try (JournalReader reader = JournalReader.open(path)) {
                List<JournalRecord> read = readAll(reader);
                // Not an error only where it may have been torn: in the last record, or by a length beyond the end.
                assertThat(read.size()).isLessThan(records.size());
                assertThat(records.subList(0, read.size())).isEqualTo(read);
                assertThat(reader.tornBytes()).isPositive();
                assertThat(index >= lastStart || isLengthByte(whole, index))
                        .as("index " + index)
                        .isTrue();
            } catch (CaptureFileException e) {
                assertThat(e.offset()).isLessThanOrEqualTo(index);
                assertThat(e).hasMessageContaining("offset " + e.offset());
            }
        }
    }

    private static boolean isLengthByte(byte[] journal, int index) {
        int start = 12;
        while (start + 8 <= index) {
            int length = (journal[start] & 0xff) | (journal[start + 1] & 0xff) << 8;
            if (index < start + 8 + length) {
                return false;
            }
            start += 8 + length;
        }
        return index < start + 4;
    }

    @Test
    void shouldRefuseOtherFilesAndOtherVersions() throws IOException {
        Files.writeString(path, "this is text and no journal");
        assertThatThrownBy(() -> JournalReader.open(path)).hasMessageContaining("is not a journal");
        write(records());
        byte[] whole = Files.readAllBytes(path);
        whole[8] = 2;
        Files.write(path, whole);
        assertThatThrownBy(() -> JournalReader.open(path))
                .hasMessageContaining("version 2")
                .hasMessageContaining("reads version 1");
    }

    @Test
    void shouldSkipWhatItDoesNotKnowOfTheHeader() throws IOException {
        write(records());
        byte[] whole = Files.readAllBytes(path);
        byte[] longer = new byte[whole.length + 4];
        System.arraycopy(whole, 0, longer, 0, 12);
        longer[10] = 16;
        System.arraycopy(whole, 12, longer, 16, whole.length - 12);
        Files.write(path, longer);
        try (JournalReader reader = JournalReader.open(path)) {
            assertThat(readAll(reader)).isEqualTo(records());
        }
    }

    @Test
    void shouldBeReadableWhileItIsWritten() throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (JournalWriter writer = new JournalWriter(channel, path.toString())) {
            writer.append(records().get(0));
            assertThat(count()).isZero();
            writer.flush();
            assertThat(count()).isEqualTo(1);
        }
    }

    private int count() throws IOException {
        try (JournalReader reader = JournalReader.open(path)) {
            return readAll(reader).size();
        }
    }
}
