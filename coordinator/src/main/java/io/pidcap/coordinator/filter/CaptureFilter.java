package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.FlowVerdicts;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.clock.ClockTrack;
import io.pidcap.coordinator.clock.PacketClock;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The filter stage for a capture that is complete. The journal is read no further than the packets need it, so that no
 * more of it is in memory than while the capture ran. One thread.
 */
public final class CaptureFilter {
    private static final int CHUNK_PACKETS = 4096;

    private final ProcessRegistry processes;
    private final FlowTimeline timeline;
    private final ClockTrack clock = new ClockTrack();
    private final PacketClock packetClock = new PacketClock(clock);
    private final PacketSelector selector;
    private final CaptureFileReader capture;
    private final JournalReplay journal;
    private final CaptureFileWriter output;
    private final OutputInterfaces outputInterfaces;
    private final List<Integer> outputInterfaceIds = new ArrayList<>();
    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final JournalReplay.Sink sink = new JournalReplay.Sink() {
        @Override
        public void snapshot(SocketSnapshot snapshot) {
            clock.add(snapshot.taken());
            timeline.snapshot(snapshot);
        }

        @Override
        public void batch(FlowBatch batch) {
            clock.add(batch.completeUntil());
            timeline.batch(batch);
        }
    };
    private boolean journalEnded;
    private long knownUntilMonotonicNanos = Long.MIN_VALUE;
    private long latestEpochNanos = Long.MIN_VALUE;
    private long passedMonotonicNanos = Long.MIN_VALUE;
    private long unreadableBytes;

    /** All three stay the caller's: nothing is closed here. */
    public CaptureFilter(
            ProcessSelector selector, CaptureFileReader capture, JournalReplay journal, CaptureFileWriter output) {
        this.processes = new ProcessRegistry(selector);
        this.timeline = new FlowTimeline(processes, ThreadLocalRandom.current().nextLong());
        this.selector = new PacketSelector(timeline, processes.wantsEverything(), output, FlowVerdicts.MANY_PLACES);
        this.capture = capture;
        this.journal = journal;
        this.output = output;
        this.outputInterfaces = new OutputInterfaces(output);
    }

    /**
     * Decides every packet and flushes the output. Where the capture is damaged it ends as if the file had ended there;
     * the result's problems tell of it.
     *
     * @throws CaptureFileException the journal is corrupt
     * @throws IOException the output cannot be written, or the journal not read
     */
    public FilterProgress run() throws IOException {
        replayUntil(Long.MIN_VALUE);
        int packets = 0;
        while (next()) {
            CapturedPacket packet = capture.packet();
            long at = monotonicNanos(packet.epochNanos());
            int id = capture.interfaceId();
            if (id >= interfaces.size()) {
                interfacesDescribed();
            }
            selector.packet(interfaces.get(id).linkType(), outputInterfaceIds.get(id), at, packet);
            passedMonotonicNanos = Math.max(passedMonotonicNanos, at);
            if (++packets % CHUNK_PACKETS == 0) {
                passed();
            }
        }
        selector.finish();
        output.flush();
        return new FilterProgress(
                FilterProgress.State.FINISHED,
                capture.doneBytes(),
                capture.length(),
                output.length(),
                selector.counters(unreadableBytes),
                processes.totals(),
                timeline.size(),
                problems);
    }

    private boolean next() {
        try {
            return capture.next();
        } catch (IOException e) {
            unreadableBytes = capture.length() - capture.doneBytes();
            problems.add(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** When the packet was captured; on return the owners of that time are known. */
    private long monotonicNanos(long epochNanos) throws IOException {
        if (passedMonotonicNanos != Long.MIN_VALUE && epochNanos < latestEpochNanos - FilterStage.DISORDER_NANOS) {
            // The wall clock was set back: the reading that shows it lies further on in the journal.
            replayUntil(passedMonotonicNanos + FilterStage.DISORDER_NANOS);
            latestEpochNanos = epochNanos;
        }
        latestEpochNanos = Math.max(latestEpochNanos, epochNanos);
        long at = packetClock.monotonicNanos(epochNanos);
        while (at >= knownUntilMonotonicNanos && !journalEnded) {
            replayOne();
            at = packetClock.monotonicNanos(epochNanos);
        }
        return at;
    }

    /** Until the owners of this time are known. */
    private void replayUntil(long monotonicNanos) throws IOException {
        while (monotonicNanos >= knownUntilMonotonicNanos && !journalEnded) {
            replayOne();
        }
    }

    private void replayOne() throws IOException {
        journalEnded = !journal.next(sink);
        long watermark = timeline.watermarkMonotonicNanos();
        if (journalEnded) {
            knownUntilMonotonicNanos = Long.MAX_VALUE;
        } else if (watermark != Long.MIN_VALUE) {
            knownUntilMonotonicNanos = watermark - Attributor.lookaheadNanos();
        }
    }

    private void interfacesDescribed() throws IOException {
        List<InterfaceDescription> described = capture.interfaces();
        for (InterfaceDescription one : described.subList(interfaces.size(), described.size())) {
            interfaces.add(one);
            outputInterfaceIds.add(outputInterfaces.numberOf(one));
        }
    }

    private void passed() throws IOException {
        selector.passed(passedMonotonicNanos);
        long forgettable = Math.min(passedMonotonicNanos, timeline.watermarkMonotonicNanos());
        if (forgettable > Long.MIN_VALUE + FilterStage.DISORDER_NANOS) {
            timeline.forgetBefore(forgettable - FilterStage.DISORDER_NANOS);
            clock.forgetBefore(forgettable - FilterStage.DISORDER_NANOS);
        }
    }
}
