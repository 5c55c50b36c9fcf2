package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.OutputJournal;
import io.pidcap.coordinator.output.OutputReport;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a session that holds its output: where it is, how much is in it, what did not reach it. Session's thread. */
final class SessionOutput {
    private static final Logger LOG = LoggerFactory.getLogger(SessionOutput.class);

    private final CaptureOutput output;
    private long lostPackets;

    SessionOutput(CaptureOutput output) {
        this.output = output;
    }

    /** @throws SessionException it cannot be written there */
    static CaptureOutput create(SessionConfig config, OutputJournal journal) {
        try {
            return CaptureOutput.create(
                    config.output(),
                    config.style(),
                    config.force(),
                    config.ownerUserId(),
                    config.ownerGroupId(),
                    journal);
        } catch (IOException e) {
            throw SessionException.output(e);
        }
    }

    /** After a failure: counts what was handed over to be written and is not in the file. */
    void countLost(long handedOverPackets) {
        try {
            lostPackets = output.countLost(handedOverPackets);
        } catch (IOException e) {
            LOG.warn("read the output again: {}", e.getMessage());
        }
    }

    /** See {@link CaptureOutput#taken}. */
    CompletableFuture<Void> taken() {
        return output.taken();
    }

    /** Whether not all that was handed over is where it should be, without a failure. */
    boolean lacksPackets() {
        return output.isUnread() || output.droppedPackets() > 0;
    }

    /** See {@link CaptureOutput#isUnread}. */
    boolean isUnread() {
        return output.isUnread();
    }

    /** See {@link CaptureOutput#isFull}. */
    boolean isFull() {
        return output.isFull();
    }

    long lostPackets() {
        return Math.max(lostPackets, output.droppedPackets());
    }

    /** Why it is no use to go on, see {@link CaptureOutput#deleted}. */
    Optional<SessionException> deleted() {
        return output.deleted()
                .map(path -> new SessionException(
                        Kind.OUTPUT,
                        "write " + path + ": No such file or directory",
                        "leave it there while pidcap writes it"));
    }

    /** See {@link CaptureOutput#unfinished}. */
    List<String> unfinished() {
        return output.unfinished();
    }

    /** Everything is written: the output gets its name. */
    void complete() throws IOException {
        output.complete();
    }

    /** Nothing came of it. */
    void abandon() {
        try {
            output.abandon();
        } catch (IOException e) {
            LOG.warn("delete the unfinished output: {}", e.getMessage());
        }
    }

    /** What the user should know of a completed output. */
    List<String> notes() {
        return output.notes();
    }

    OutputReport report(SessionState state, FilterProgress progress) {
        OutputReport known = output.report();
        return new OutputReport(
                state == SessionState.FAILED ? "" : known.path(),
                known.fileFormat(),
                known.bytes() > 0 ? known.bytes() : progress.outputBytes(),
                known.files(),
                known.inSeveralFiles());
    }
}
