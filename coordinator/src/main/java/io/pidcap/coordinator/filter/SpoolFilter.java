package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SpoolProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The filter stage once more over the spool that a session kept: it is told what the session was told, in the same order,
 * with another selection. One thread.
 */
public final class SpoolFilter {
    private static final int CHUNK_PACKETS = 4096;

    private final FilterStage stage;
    private final JournalReplay journal;
    private final Queue<FilterCommand> told = new ArrayDeque<>();
    private final Path spool;
    private SpoolCommands commands;

    /** {@code journal} and {@code output} stay the caller's: nothing is closed here. */
    public SpoolFilter(ProcessSelector selector, Path spool, JournalReplay journal, CaptureFileWriter output) {
        this.stage = new FilterStage(new ProcessRegistry(selector), output, new KeepingListener());
        this.journal = journal;
        this.spool = spool;
        this.commands = new SpoolCommands(spool, "");
    }

    /**
     * Decides every packet and flushes the output. What of the spool cannot be read is told in the result's problems.
     *
     * @throws CaptureFileException the journal is corrupt
     * @throws IOException the output cannot be written, or the journal not read
     */
    public FilterProgress run() throws IOException {
        try {
            while (journal.next(new Listener())) {
                apply();
            }
            told.add(new FilterCommand.Finish());
            apply();
            stage.finish();
            return stage.progress(FilterProgress.State.FINISHED);
        } finally {
            stage.close();
        }
    }

    private void apply() throws IOException {
        for (FilterCommand command = told.poll(); command != null; command = told.poll()) {
            stage.apply(command);
            while (stage.advance(CHUNK_PACKETS)) {
                // Everything that can be decided now is, so that no more is in memory than while the capture ran.
            }
        }
    }

    /** The segments stay, and the end is known from the calls. */
    private static final class KeepingListener implements FilterListener {
        @Override
        public void segmentFiltered(SpoolSegment segment, long outputBytes) {}

        @Override
        public void finished(FilterProgress result) {}

        @Override
        public void failed(FilterProgress result, Exception cause) {}
    }

    private final class Listener implements JournalReplay.Sink {
        @Override
        public void sessionStarted(SessionStarted session) {
            commands = new SpoolCommands(spool, session.getCapture().getFilter());
        }

        @Override
        public void snapshot(SocketSnapshot snapshot) {
            told.add(new FilterCommand.SnapshotArrived(snapshot));
        }

        @Override
        public void batch(FlowBatch batch) {
            told.add(new FilterCommand.BatchArrived(batch));
        }

        @Override
        public void captureReady(int run, CaptureReady ready) {
            told.add(commands.opened(run, ready));
        }

        @Override
        public void spoolProgress(int run, SpoolProgress progress) {
            told.add(commands.progress(run, progress));
        }

        @Override
        public void captureRunEnded(int run) {
            told.add(new FilterCommand.RunEnded(run));
        }
    }
}
