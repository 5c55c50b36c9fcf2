package io.pidcap.coordinator.session;

import io.pidcap.coordinator.filter.FilterProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a session that holds its output: where it is, how much is in it, what did not reach it. Session's thread. */
final class SessionOutput {
    private static final Logger LOG = LoggerFactory.getLogger(SessionOutput.class);

    private final OutputFile file;
    private Path path;
    private long bytes;
    private long lostPackets;

    SessionOutput(OutputFile file) {
        this.file = file;
        this.path = file.target();
    }

    /** After a failure: counts what was handed over to be written and is not in the file. */
    void countLost(long handedOverPackets) {
        try {
            lostPackets = file.countLost(handedOverPackets);
        } catch (IOException e) {
            LOG.warn("read the output again: {}", e.getMessage());
        }
    }

    long lostPackets() {
        return lostPackets;
    }

    /** Everything is written: the output gets its name. */
    void complete() throws IOException {
        path = file.commit();
        bytes = Files.size(path);
    }

    /** Nothing came of it. */
    void abandon() {
        try {
            file.abandon();
        } catch (IOException e) {
            LOG.warn("delete {}: {}", file.part(), e.getMessage());
        }
    }

    /** What the user should know of a completed output. */
    Optional<String> note() {
        return path.equals(file.target())
                ? Optional.empty()
                : Optional.of(
                        file.target() + " appeared during the capture and was left alone: the packets are in " + path);
    }

    SessionReport.Output report(SessionState state, FilterProgress progress) {
        return new SessionReport.Output(
                state == SessionState.FAILED ? "" : path.toString(),
                OutputFormat.of(file.target()).word(),
                bytes > 0 ? bytes : progress.outputBytes());
    }
}
