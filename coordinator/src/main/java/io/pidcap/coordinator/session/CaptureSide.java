package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.FilterCommand;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.worker.WorkerLink;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.coordinator.worker.WorkerRun;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.PrefilterOfferMessage;
import io.pidcap.protocol.v1.PrefilterUsed;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StartCapture;
import io.pidcap.protocol.v1.UsePrefilter;
import io.pidcap.protocol.wire.CaptureMapper;
import io.pidcap.protocol.wire.ProtocolException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conversation of capture.proto: what is readable in the spool goes to the filter stage. */
final class CaptureSide extends WorkerSide {
    private final SessionConfig config;
    private final Path spool;
    private final FlowJournal journal;
    private final FilterFeed filter;

    private final InterfaceCounters counters;
    private @Nullable WorkerLink currentLink;
    private boolean usesPrefilter;
    private long drainedUntilEpochNanos;

    CaptureSide(SessionConfig config, Path spool, FlowJournal journal, FilterFeed filter, Listener listener) {
        super(WorkerRole.CAPTURE, journal, listener);
        this.journal = journal;
        this.config = config;
        this.spool = spool;
        this.filter = filter;
        this.counters = new InterfaceCounters(config.interfaces());
    }

    @Override
    void begin(WorkerRun run, WorkerLink link) {
        drainedUntilEpochNanos = 0;
        currentLink = link;
        usesPrefilter = false;
        link.startCapture(request(config, spool));
    }

    static StartCapture request(SessionConfig config, Path spool) {
        return StartCapture.newBuilder()
                .addAllInterfaces(config.interfaces())
                .setSnaplen(config.snaplenBytes())
                .setPromiscuous(config.promiscuous())
                .setBufferBytes(config.bufferBytes())
                .setFilter(config.filter())
                .setSpoolDirectory(spool.toString())
                .setSegmentBytes(config.segmentBytes())
                .build();
    }

    @Override
    boolean handle(WorkerRun run, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case CAPTURE_READY -> capturing(run, envelope.getCaptureReady());
            case SPOOL_PROGRESS -> progress(run, envelope.getSpoolProgress());
            case PREFILTER_USED -> prefilterUsed(envelope.getPrefilterUsed());
            default -> {
                return false;
            }
        }
        return true;
    }

    private void capturing(WorkerRun run, CaptureReady ready) {
        if (ready.getInterfacesCount() < config.interfaces().size()) {
            throw new ProtocolException("CaptureReady names " + ready.getInterfacesCount()
                    + " interfaces, asked for were " + config.interfaces().size());
        }
        journal.captureReady(run.number(), ready);
        counters.runOpened(ready.getInterfacesList());
        filter.captureRunOpened(run.number(), ready);
        becameReady(run, Instant.now());
    }

    /** Once this side is ready, and again when the event-worker is another one. */
    void usePrefilter(PrefilterOfferMessage offer) {
        if (currentLink != null) {
            currentLink.usePrefilter(UsePrefilter.newBuilder().setOffer(offer).build());
        }
    }

    private void prefilterUsed(PrefilterUsed used) {
        usesPrefilter = used.getProblem().isEmpty();
        listener()
                .prefilterUsed(
                        usesPrefilter
                                ? null
                                : new SessionException(Kind.NOT_SUPPORTED, used.getProblem(), used.getHint()));
    }

    boolean usesPrefilter() {
        return usesPrefilter;
    }

    private void progress(WorkerRun run, SpoolProgress progress) {
        if (!counters.isOpen(progress.getInterface())) {
            throw new ProtocolException("SpoolProgress.interface " + progress.getInterface() + " is not open");
        }
        // First of all, since a recovery would refuse what breaks a rule.
        CaptureCounters counted = CaptureMapper.toModel(progress.getCounters());
        FilterCommand.ProgressArrived arrived = filter.understood(run.number(), progress);
        journal.spoolProgress(run.number(), progress);
        counters.counted(progress.getInterface(), counted);
        drainedUntilEpochNanos = Math.max(drainedUntilEpochNanos, progress.getDrainedUntilEpochNanos());
        filter.spoolProgress(arrived);
    }

    @Override
    Instant knownUntil(WorkerRun run) {
        if (drainedUntilEpochNanos > 0) {
            return Instant.ofEpochSecond(0, drainedUntilEpochNanos);
        }
        return run.ready() == null ? run.started() : run.ready();
    }

    @Override
    void closeRun(WorkerRun run) {
        counters.runEnded();
        currentLink = null;
        filter.captureRunEnded(run.number());
    }

    /** Over all runs, see {@link InterfaceCounters#totals}. */
    List<CaptureCounters> totals() {
        return counters.totals();
    }

    List<SessionReport.Interface> report() {
        return counters.report();
    }
}
