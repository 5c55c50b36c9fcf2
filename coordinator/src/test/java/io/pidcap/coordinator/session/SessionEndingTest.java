package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.output.StreamOutput;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionEndingTest {
    @TempDir
    Path directory;

    /** Takes all, and cannot be closed by a fault of the program. */
    private static final class Stuck implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int all = bytes.remaining();
            bytes.position(bytes.limit());
            return all;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new IllegalStateException("it is stuck");
        }
    }

    /** The workers cannot start, and what is to tell of it fails as well. */
    @Test
    void shouldTellEverybodyOfAnEndThatFails() throws Exception {
        Path withoutWorkers = Files.createDirectory(directory.resolve("lib"));
        for (String worker : List.of("capture", "event")) {
            Files.createFile(withoutWorkers.resolve("pidcap-" + worker + "-worker.jar"));
        }
        SessionHome home = SessionHome.open(directory.resolve("home"));
        StreamOutput output = StreamOutput.printed(
                new Stuck(),
                false,
                ZoneOffset.UTC,
                new StreamOutput.Waiting(directory, StreamOutput.LEAST_BACKLOG_BYTES));

        CaptureSession session =
                CaptureSession.start(Configs.curl(StreamOutput.STANDARD_OUTPUT), output, home, withoutWorkers);

        assertThat(session.ready())
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("failed by a fault of pidcap")
                .withMessageContaining("so did the attempt to end it")
                .withMessageContaining("it is stuck");
        assertThat(session.ended())
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("it is stuck");
    }
}
