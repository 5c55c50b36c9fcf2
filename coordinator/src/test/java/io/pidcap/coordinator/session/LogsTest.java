package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
    private static final int MOST_BYTES = 1000;
    private static final int MOST_LINE_BYTES = 200;

    @TempDir
    Path directory;

    @Test
    void shouldLeaveOutAndCountWhatComesTooFast() throws Exception {
        Path log = Files.createFile(directory.resolve("coordinator.log"));
        Handler handler = Logs.bounded(log, MOST_BYTES);
        for (int i = 0; i < 100; i++) {
            handler.publish(new LogRecord(Level.INFO, "line " + i));
            assertThat(Files.size(log)).isLessThanOrEqualTo(MOST_BYTES + MOST_LINE_BYTES);
        }
        long written = Files.readString(log)
                .lines()
                .filter(line -> line.contains("line "))
                .count();
        assertThat(written).isBetween(3L, 99L);

        // As it is done where it has become too long.
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(0);
        }
        handler.publish(new LogRecord(Level.INFO, "the next"));
        handler.close();

        assertThat(Files.readString(log).lines().filter(line -> !line.isBlank()))
                .anyMatch(line -> line.contains(100 - written + " lines were left out"))
                .last()
                .asString()
                .contains("the next");
    }
}
