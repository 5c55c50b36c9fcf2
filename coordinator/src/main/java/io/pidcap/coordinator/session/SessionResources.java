package io.pidcap.coordinator.session;

import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.protocol.wire.Refusals;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a session opened and must close, and what it leaves behind. Session's thread only. */
final class SessionResources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionResources.class);

    private final FlowJournal journal;
    private final List<AutoCloseable> servers = new ArrayList<>();
    private final List<Refusals> refusals = new ArrayList<>();

    SessionResources(FlowJournal journal) {
        this.journal = journal;
    }

    void serve(AutoCloseable server, Refusals refused) {
        servers.add(server);
        refusals.add(refused);
    }

    /** See {@link SessionReport#refused}. */
    Map<String, Long> refused() {
        Map<String, Long> sum = new TreeMap<>();
        for (Refusals one : refusals) {
            one.counts().forEach((cause, count) -> sum.merge(cause, count, Long::sum));
        }
        return sum;
    }

    /** Closes all; what goes wrong is logged, since nobody can do anything about it any more. */
    @Override
    public void close() {
        for (AutoCloseable server : servers) {
            closeOne(server);
        }
        closeOne(journal);
    }

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.warn("close {}: {}", resource.getClass().getSimpleName(), e.getMessage());
        }
    }

    /** A session that never began leaves nothing behind; what goes wrong here is added to why it did not. */
    static void discard(
            Optional<FlowJournal> journal,
            Optional<CaptureOutput> output,
            SessionDirectory directory,
            Exception cause) {
        journal.ifPresent(SessionResources::closeOne);
        try {
            if (output.isPresent()) {
                output.get().abandon();
            }
            directory.delete();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Writes the report, and deletes what only a running session needs.
     *
     * @param keepAll keeps that as well
     */
    static void leaveReport(SessionDirectory directory, String json, boolean keepAll) {
        try {
            Json.replace(directory.reportFile(), json + "\n");
        } catch (IOException e) {
            LOG.warn("write {}: {}", directory.reportFile(), e.getMessage());
        }
        try {
            if (!keepAll) {
                directory.deleteWorkFiles();
            }
        } catch (IOException e) {
            LOG.warn("tidy up {}: {}", directory.path(), e.getMessage());
        }
    }

    /** The report that {@link #leaveReport} wrote; null: there is none. */
    static @Nullable SessionReport readReport(SessionDirectory directory) {
        return Files.exists(directory.reportFile()) ? Json.readFile(directory.reportFile(), SessionReport.class) : null;
    }
}
