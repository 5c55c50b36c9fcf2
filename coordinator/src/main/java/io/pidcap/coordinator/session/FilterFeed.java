package io.pidcap.coordinator.session;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.SpoolProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The session's end of the filter stage. */
final class FilterFeed {
    interface Listener {
        void filterFinished();

        void filterFailed(SessionException why);
    }

    record Progress(
            long doneBytes,
            long totalBytes,
            long outputBytes,
            long keptPackets,
            Map<String, Long> skippedPackets,
            List<SessionReport.ProcessRow> processes,
            boolean isOver) {}

    static FilterFeed create(SessionConfig config, Path spool, OutputFile output, Executor owner, Listener listener) {
        throw new UnsupportedOperationException();
    }

    void start() {}

    void captureRunOpened(int run, List<OpenInterface> open) {}

    void captureRunEnded(int run) {}

    void snapshot(int run, SocketSnapshot snapshot) {}

    void batch(int run, FlowBatch batch) {}

    void spoolProgress(int run, SpoolProgress progress) {}

    void finish() {}

    void abort() {}

    Progress progress() {
        throw new UnsupportedOperationException();
    }
}
