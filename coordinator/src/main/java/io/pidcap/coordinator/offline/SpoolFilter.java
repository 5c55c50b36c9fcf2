package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterCommand;
import io.pidcap.coordinator.filter.FilterListener;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.filter.FilterThread;
import io.pidcap.coordinator.filter.SpoolSegment;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.coordinator.session.SpoolCommands;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SpoolProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The filter stage once more over the spool that a session kept: it is told what the session told it, in the same order,
 * perhaps with another selection; then of what the capture-worker wrote and nobody was told of any more.
 */
public final class SpoolFilter implements FilterListener, JournalReplay.Sink {
    private final FilterThread stage;
    private final CompletableFuture<FilterProgress> ended = new CompletableFuture<>();
    private final Path spool;
    private final UnannouncedSegments unannounced;
    private final Map<InterfaceDescription, Integer> outputInterfaces = new LinkedHashMap<>();
    private SpoolCommands commands;
    private boolean over;

    /** @param output stays the caller's: it is flushed and not closed */
    SpoolFilter(ProcessSelector selector, Path spool, CaptureFileWriter output) {
        this(selector, spool, output, FilterCheckpoint.NOTHING);
    }

    /** @param from what lies before it is in the output already: neither read nor counted again */
    public SpoolFilter(ProcessSelector selector, Path spool, CaptureFileWriter output, FilterCheckpoint from) {
        this.stage = new FilterThread(selector, output, this, from);
        this.unannounced = new UnannouncedSegments(spool);
        this.spool = spool;
        this.commands = new SpoolCommands(spool, "");
    }

    /**
     * Decides every packet. What of the spool cannot be read is told in the result's problems.
     *
     * @throws CaptureFileException the journal is corrupt
     * @throws IOException the output cannot be written, or the journal not read
     */
    public FilterProgress run(JournalReplay journal) throws IOException, InterruptedException {
        stage.start();
        try {
            while (!over && journal.next(this)) {
                // Told.
            }
            unannounced.list().forEach(this::post);
            stage.post(new FilterCommand.Finish());
            return ended.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw SessionException.filter(e.getCause() == null ? e : e.getCause());
        } finally {
            stage.abort();
        }
    }

    private void post(FilterCommand command) {
        try {
            over |= !stage.post(command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over = true;
        }
    }

    @Override
    public void sessionStarted(SessionStarted session) {
        commands = new SpoolCommands(spool, session.getCapture().getFilter());
    }

    @Override
    public void snapshot(SocketSnapshot snapshot) {
        post(new FilterCommand.SnapshotArrived(snapshot));
    }

    @Override
    public void batch(FlowBatch batch) {
        post(new FilterCommand.BatchArrived(batch));
    }

    /** After {@link #run}: the interfaces of the output, with their numbers. */
    public Map<InterfaceDescription, Integer> outputInterfaces() {
        return outputInterfaces;
    }

    @Override
    public void captureReady(int run, CaptureReady ready) {
        unannounced.opened(run, ready.getInterfacesCount());
        FilterCommand.RunOpened opened = commands.opened(run, ready);
        opened.interfaces().forEach(one -> outputInterfaces.putIfAbsent(one, outputInterfaces.size()));
        post(opened);
    }

    @Override
    public void spoolProgress(int run, SpoolProgress progress) {
        unannounced.announced(run, progress.getInterface(), progress.getSegment(), progress.getEnded());
        post(commands.progress(run, progress));
    }

    @Override
    public void captureRunEnded(int run) {
        unannounced.ended(run);
        post(new FilterCommand.RunEnded(run));
    }

    /** It is the caller's to delete. */
    @Override
    public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {}

    @Override
    public void finished(FilterProgress result) {
        ended.complete(result);
    }

    @Override
    public void failed(FilterProgress result, Exception cause) {
        ended.completeExceptionally(cause);
    }
}
