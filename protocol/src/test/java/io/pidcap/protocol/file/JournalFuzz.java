package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.protocol.v1.JournalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Whatever is in a journal, its records are read, or it is torn at its end, or it is refused by its exception. */
final class JournalFuzz {
    private static final Path FILE;

    static {
        try {
            FILE = FuzzFile.create();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void shouldReadOrRefuse(byte[] bytes) throws IOException {
        mendChecksums(bytes);
        Files.write(FILE, bytes);
        try (JournalReader reader = JournalReader.open(FILE)) {
            int records = 0;
            for (JournalRecord one = reader.next(); one != null; one = reader.next()) {
                records++;
            }
            assertThat(records).isLessThanOrEqualTo(bytes.length / JournalFormat.RECORD_HEADER_BYTES);
            assertThat(reader.tornBytes()).isBetween(0L, (long) bytes.length);
        } catch (CaptureFileException e) {
            assertThat(e).hasMessageContaining(FILE.toString());
        }
    }

    /** No fuzzer guesses a checksum: odd ones in the input are made right, so that what lies behind them is reached. */
    private static void mendChecksums(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = JournalFormat.HEADER_BYTES;
        while (at + JournalFormat.RECORD_HEADER_BYTES <= bytes.length) {
            int length = file.getInt(at);
            int body = at + JournalFormat.RECORD_HEADER_BYTES;
            if (length < 1 || length > bytes.length - body) {
                return;
            }
            if ((file.getInt(at + 4) & 1) != 0) {
                CRC32C checksum = new CRC32C();
                checksum.update(bytes, at, 4);
                checksum.update(bytes, body, length);
                file.putInt(at + 4, (int) checksum.getValue());
            }
            at = body + length;
        }
    }
}
