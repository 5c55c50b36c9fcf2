package io.pidcap.coordinator.session;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterCommand;
import io.pidcap.coordinator.filter.FilterListener;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.filter.FilterThread;
import io.pidcap.coordinator.filter.SpoolSegment;
import io.pidcap.coordinator.output.LimitedWriter;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session's end of the filter stage: tells it what arrives, and is told on the session's thread. */
final class FilterFeed {
    private static final Logger LOG = LoggerFactory.getLogger(FilterFeed.class);

    /** Called on the session's thread. */
    interface Listener {
        /** Nobody reads the segment any more. */
        void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint);

        /** For that run of the event-worker. */
        void prefilterDecided(int run, PrefilterDecision decision);

        void filterFinished();

        void filterFailed(Exception cause);
    }

    private final Executor owner;
    private final SpoolCommands commands;
    private final CaptureFileWriter writer;
    private final FilterThread thread;
    private final Map<InterfaceDescription, Integer> outputInterfaces = new LinkedHashMap<>();

    /**
     * @param writer this object's to close
     * @param owner the session's thread
     */
    FilterFeed(SessionConfig config, Path spool, CaptureFileWriter writer, Executor owner, Listener listener) {
        this.owner = owner;
        this.commands = new SpoolCommands(spool, config.filter());
        this.writer = config.packetLimit() > 0 ? new LimitedWriter(writer, config.packetLimit()) : writer;
        this.thread = new FilterThread(
                selector(config),
                this.writer,
                new FilterListener() {
                    @Override
                    public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {
                        owner.execute(() -> listener.segmentFiltered(segment, checkpoint));
                    }

                    @Override
                    public void prefilterDecided(int run, PrefilterDecision decision) {
                        owner.execute(() -> listener.prefilterDecided(run, decision));
                    }

                    @Override
                    public void finished(FilterProgress result) {
                        owner.execute(listener::filterFinished);
                    }

                    @Override
                    public void failed(FilterProgress result, Exception cause) {
                        owner.execute(() -> listener.filterFailed(cause));
                    }
                },
                config.prefilter());
    }

    static ProcessSelector selector(SessionConfig config) {
        return new ProcessSelector(
                ProcessSelector.patterns(config.names()),
                ProcessSelector.patterns(config.executables()),
                Set.copyOf(config.pids()),
                Set.copyOf(config.userIds()),
                Set.of(),
                config.children());
    }

    void start() {
        thread.start();
    }

    void captureRunOpened(int run, CaptureReady ready) {
        FilterCommand.RunOpened opened = commands.opened(run, ready);
        opened.interfaces().forEach(one -> outputInterfaces.putIfAbsent(one, outputInterfaces.size()));
        post(opened);
    }

    void captureRunEnded(int run) {
        post(new FilterCommand.RunEnded(run));
    }

    void snapshot(SocketSnapshot snapshot) {
        post(new FilterCommand.SnapshotArrived(snapshot));
    }

    void batch(FlowBatch batch) {
        post(new FilterCommand.BatchArrived(batch));
    }

    void prefilterSeen(int run, PrefilterSeen seen) {
        post(new FilterCommand.PrefilterSeenArrived(run, seen));
    }

    /** @throws ProtocolException it breaks a rule */
    FilterCommand.ProgressArrived understood(int run, SpoolProgress progress) {
        return commands.progress(run, progress);
    }

    void spoolProgress(FilterCommand.ProgressArrived arrived) {
        post(arrived);
    }

    /** Nothing more comes. */
    void finish() {
        post(new FilterCommand.Finish());
    }

    /** It waits when the filter stage is far behind: so does the session then, and in the end the workers. */
    private void post(FilterCommand command) {
        try {
            if (!thread.post(command)) {
                LOG.debug(
                        "the filter stage is over; dropped {}",
                        command.getClass().getSimpleName());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody may interrupt the session's thread", e);
        }
    }

    /** Of all runs of the capture-worker so far. */
    List<InterfaceDescription> interfaces() {
        return List.copyOf(outputInterfaces.keySet());
    }

    FilterProgress progress() {
        return thread.progress();
    }

    /** See {@link FilterThread#checkpoint}. */
    FilterCheckpoint checkpoint() {
        return thread.checkpoint();
    }

    /** @param taker told on the session's thread, in turn with {@link Listener#segmentFiltered}, where the filter stage is */
    void tellCheckpoint(Consumer<FilterCheckpoint> taker) {
        post(new FilterCommand.CheckpointWanted(checkpoint -> owner.execute(() -> taker.accept(checkpoint))));
    }

    /** Completes the output. Only after the end of the filter stage. */
    void closeOutput(SessionReport report, long startEpochNanos, long endEpochNanos) throws IOException {
        writer.close(SessionNotes.statistics(outputInterfaces, report, startEpochNanos, endEpochNanos));
    }

    /** Stops at once; the output is not completed. */
    void abort() {
        try {
            thread.abort();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody may interrupt the session's thread", e);
        }
    }
}
