package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
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
            timeline.snapshot(snapshot);
        }

        @Override
        public void batch(FlowBatch batch) {
            timeline.batch(batch);
        }
    };
    private boolean journalEnded;
    private long knownUntilEpochNanos = Long.MIN_VALUE;
    private long passedEpochNanos = Long.MIN_VALUE;
    private long unreadableBytes;

    /** All three stay the caller's: nothing is closed here. */
    public CaptureFilter(
            ProcessSelector selector, CaptureFileReader capture, JournalReplay journal, CaptureFileWriter output) {
        this.processes = new ProcessRegistry(selector);
        this.timeline = new FlowTimeline(processes, ThreadLocalRandom.current().nextLong());
        this.selector = new PacketSelector(new Attributor(timeline), output);
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
            long at = packet.epochNanos();
            if (at >= knownUntilEpochNanos) {
                replayUntil(at);
            }
            int id = capture.interfaceId();
            if (id >= interfaces.size()) {
                interfacesDescribed();
            }
            selector.packet(interfaces.get(id).linkType(), outputInterfaceIds.get(id), packet);
            passedEpochNanos = Math.max(passedEpochNanos, at);
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

    /** Until the owners of this time are known. */
    private void replayUntil(long epochNanos) throws IOException {
        while (epochNanos >= knownUntilEpochNanos && !journalEnded) {
            journalEnded = !journal.next(sink);
            long watermark = timeline.watermarkEpochNanos();
            knownUntilEpochNanos = watermark == Long.MIN_VALUE ? watermark : watermark - Attributor.lookaheadNanos();
        }
        if (journalEnded) {
            knownUntilEpochNanos = Long.MAX_VALUE;
        }
    }

    private void interfacesDescribed() throws IOException {
        List<InterfaceDescription> described = capture.interfaces();
        for (InterfaceDescription one : described.subList(interfaces.size(), described.size())) {
            interfaces.add(one);
            outputInterfaceIds.add(outputInterfaces.numberOf(one));
        }
    }

    private void passed() {
        selector.passed(passedEpochNanos);
        long forgettable = Math.min(passedEpochNanos, timeline.watermarkEpochNanos());
        if (forgettable > Long.MIN_VALUE + FilterStage.DISORDER_NANOS) {
            timeline.forgetBefore(forgettable - FilterStage.DISORDER_NANOS);
        }
    }
}
