package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.FlowVerdicts;
import io.pidcap.coordinator.attribution.PrefilterJudge;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.clock.ClockTrack;
import io.pidcap.coordinator.clock.PacketClock;
import io.pidcap.coordinator.filter.FilterCommand.BatchArrived;
import io.pidcap.coordinator.filter.FilterCommand.CheckpointWanted;
import io.pidcap.coordinator.filter.FilterCommand.EventsEnded;
import io.pidcap.coordinator.filter.FilterCommand.Finish;
import io.pidcap.coordinator.filter.FilterCommand.PrefilterSeenArrived;
import io.pidcap.coordinator.filter.FilterCommand.ProgressArrived;
import io.pidcap.coordinator.filter.FilterCommand.RunEnded;
import io.pidcap.coordinator.filter.FilterCommand.RunOpened;
import io.pidcap.coordinator.filter.FilterCommand.SnapshotArrived;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterDecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the spool as it grows and has each packet decided when its owners can be known: when the event watermark has
 * passed its time, and no other interface can still bring an earlier one. All times are monotonic: a packet's stamp of
 * the wall clock, which may be set at any moment, is translated by its stream. One thread; {@link FilterThread} is it in
 * a session.
 *
 * <p>Within a stream packets are taken in their order in the file: one whose time is a little earlier than that of the
 * packet before it is decided and written all the same.
 *
 * <p>The output stays the caller's: it is flushed here, and not closed.
 */
final class FilterStage implements SpoolStream.Observer {
    /** By how much a packet may be late in its stream and still find the owners of its time. */
    static final long DISORDER_NANOS = PacketClock.DISORDER_NANOS;

    private static final int MAX_PROBLEMS = 20;
    private static final Logger LOG = LoggerFactory.getLogger(FilterStage.class);

    private final ProcessRegistry processes;
    private final FlowTimeline timeline;
    private final PacketSelector selector;
    private final CaptureFileWriter output;
    private final OutputInterfaces outputInterfaces;
    private final FilterListener listener;
    private final FilterCheckpoint from;
    private final ClockTrack clock = new ClockTrack();
    private final SpoolRuns runs = new SpoolRuns();
    private final List<String> problems = new ArrayList<>();
    private final @Nullable PrefilterJudge judge;

    private long passedMonotonicNanos = Long.MIN_VALUE;
    private long forgottenBeforeMonotonicNanos = Long.MIN_VALUE;
    private long flushedBytes;
    private @Nullable Consumer<FilterCheckpoint> checkpointTaker;
    private boolean withoutEvents;
    private boolean finishing;

    /** @param withPrefilter also decides what the kernel may drop */
    FilterStage(ProcessRegistry processes, CaptureFileWriter output, FilterListener listener, boolean withPrefilter) {
        this(processes, output, listener, withPrefilter, FilterCheckpoint.NOTHING);
    }

    /** @param from what lies before it is not read again; {@link #progress} tells of what lies behind it alone */
    FilterStage(
            ProcessRegistry processes,
            CaptureFileWriter output,
            FilterListener listener,
            boolean withPrefilter,
            FilterCheckpoint from) {
        this.from = from;
        this.processes = processes;
        this.judge = withPrefilter ? new PrefilterJudge(processes) : null;
        this.timeline = new FlowTimeline(processes, ThreadLocalRandom.current().nextLong(), judge);
        this.selector = new PacketSelector(timeline, processes.wantsEverything(), output, FlowVerdicts.FEW_PLACES);
        this.output = output;
        this.outputInterfaces = new OutputInterfaces(output);
        this.listener = listener;
    }

    /** Takes in what happened; filters nothing yet. */
    void apply(FilterCommand command) throws IOException {
        if (command instanceof BatchArrived arrived) {
            clock.add(arrived.batch().completeUntil());
            timeline.batch(arrived.batch());
        } else if (command instanceof ProgressArrived progress) {
            progress(progress);
        } else if (command instanceof SnapshotArrived arrived) {
            withoutEvents = false;
            clock.add(arrived.snapshot().taken());
            timeline.snapshot(arrived.snapshot());
            if (judge != null) {
                judge.beginRun();
            }
        } else if (command instanceof PrefilterSeenArrived arrived) {
            decide(arrived);
        } else if (command instanceof RunOpened opened) {
            runs.add(open(opened));
        } else if (command instanceof RunEnded ended) {
            runs.ended(ended.run());
        } else if (command instanceof CheckpointWanted wanted) {
            checkpointTaker = wanted.taker();
            tellCheckpoint();
        } else if (command instanceof EventsEnded) {
            withoutEvents = true;
        } else if (command instanceof Finish) {
            finishing = true;
            runs.allEnded();
        }
    }

    private void decide(PrefilterSeenArrived arrived) {
        PrefilterDecision decision = judge == null ? null : judge.decide(arrived.seen());
        if (decision != null) {
            listener.prefilterDecided(arrived.run(), decision);
        }
    }

    private SpoolRun open(RunOpened opened) throws IOException {
        List<SpoolStream> streams = new ArrayList<>();
        for (InterfaceDescription description : opened.interfaces()) {
            int number = outputInterfaces.numberOf(description);
            PacketClock packetClock = new PacketClock(clock);
            StreamPosition position = from.positionOf(opened.run(), streams.size());
            streams.add(new SpoolStream(opened, position, description.linkType(), number, packetClock, this));
        }
        return new SpoolRun(opened.run(), streams);
    }

    private void progress(ProgressArrived progress) {
        ObservedTime announced = progress.announced();
        if (announced != null) {
            clock.add(announced);
        }
        SpoolStream stream = runs.stream(progress.run(), progress.interfaceNumber());
        if (stream == null) {
            problem(progress.file() + ": announced for interface " + progress.interfaceNumber() + " of run "
                    + progress.run() + ", which is not open");
        } else {
            stream.progress(progress);
        }
    }

    /**
     * Decides at most {@code maxPackets} packets.
     *
     * @return true if there may be more that can be decided now; false: wait for the next command
     * @throws IOException the output cannot be written
     */
    boolean advance(int maxPackets) throws IOException {
        SpoolRun run = runs.current();
        if (run == null) {
            return false;
        }
        long watermark = watermarkMonotonicNanos();
        for (int i = 0; i < maxPackets; i++) {
            SpoolStream stream = run.earliest();
            long quietUntil = run.quietUntilMonotonicNanos();
            if (stream == null) {
                passed(Math.min(quietUntil, watermark));
                return run.isExhausted();
            }
            long at = stream.packetMonotonicNanos();
            if (at > quietUntil || at >= watermark) {
                passed(Math.min(quietUntil, watermark));
                return false;
            }
            selector.packet(stream.linkType(), stream.outputInterface(), at, stream.cursor());
            stream.consume();
            passedMonotonicNanos = Math.max(passedMonotonicNanos, at);
        }
        passed(passedMonotonicNanos);
        return true;
    }

    /** Packets before this time can be decided. */
    private long watermarkMonotonicNanos() {
        if (finishing || withoutEvents) {
            return Long.MAX_VALUE;
        }
        long watermark = timeline.watermarkMonotonicNanos();
        return watermark == Long.MIN_VALUE ? watermark : watermark - Attributor.lookaheadNanos();
    }

    private void passed(long monotonicNanos) throws IOException {
        if (monotonicNanos != Long.MAX_VALUE) {
            passedMonotonicNanos = Math.max(passedMonotonicNanos, monotonicNanos);
        }
        selector.passed(passedMonotonicNanos);
        // Not by the packets alone: one with a time in the future must not cost the others their owners.
        long forgettable = Math.min(passedMonotonicNanos, timeline.watermarkMonotonicNanos());
        if (forgettable > Long.MIN_VALUE + DISORDER_NANOS) {
            forgottenBeforeMonotonicNanos = Math.max(forgottenBeforeMonotonicNanos, forgettable - DISORDER_NANOS);
            timeline.forgetBefore(forgottenBeforeMonotonicNanos);
            clock.forgetBefore(forgottenBeforeMonotonicNanos);
        }
        tellCheckpoint();
    }

    /** Not while fragments are held that lie before it: who goes on from there would not find them. */
    private void tellCheckpoint() throws IOException {
        Consumer<FilterCheckpoint> taker = checkpointTaker;
        if (taker != null && !selector.holdsFragments()) {
            checkpointTaker = null;
            flush();
            taker.accept(checkpoint());
        }
    }

    @Override
    public void segmentFinished(SpoolSegment segment) throws IOException {
        flush();
        listener.segmentFiltered(segment, checkpoint(segment.run()));
    }

    private FilterCheckpoint checkpoint(int run) {
        return new FilterCheckpoint(
                run,
                runs.positions(run),
                output.length(),
                selector.counters(runs.unreadableBytes()),
                processes.totals(),
                output.fileTotals(),
                forgottenBeforeMonotonicNanos);
    }

    /** Between two packets: from within {@link #apply}, and the output's {@code turn} and {@code idle}. */
    FilterCheckpoint checkpoint() {
        return checkpoint(runs.currentNumber());
    }

    @Override
    public void problem(String what) {
        if (problems.size() < MAX_PROBLEMS) {
            LOG.warn("{}", what);
            problems.add(what);
        }
    }

    /** Gives what was written so far to the file system. */
    void flush() throws IOException {
        if (output.length() > flushedBytes) {
            output.flush();
            flushedBytes = output.length();
        }
    }

    /** No packet can be decided now. */
    void idle() throws IOException {
        output.idle();
    }

    /** After {@link Finish}, when {@link #advance} has nothing more: the last decisions. */
    void finish() throws IOException {
        selector.finish();
        flush();
    }

    boolean isFinishing() {
        return finishing;
    }

    /** Lets go of the spool. */
    void close() {
        runs.close();
    }

    FilterProgress progress(FilterProgress.State state) {
        return new FilterProgress(
                state,
                runs.doneBytes(),
                runs.announcedBytes(),
                output.length(),
                selector.counters(runs.unreadableBytes()),
                processes.totals(),
                timeline.size(),
                problems);
    }
}
