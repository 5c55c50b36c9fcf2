package io.pidcap.capture;

import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.PrefilterUsed;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.Stopped;
import io.pidcap.protocol.wire.CaptureMapper;
import io.pidcap.protocol.wire.EventMapper;
import io.pidcap.protocol.wire.HostMapper;
import io.pidcap.protocol.wire.Pipe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages out. All methods may be called from any thread but the pipe's event loop. */
final class CoordinatorLink {
    private final Pipe pipe;

    CoordinatorLink(Pipe pipe) {
        this.pipe = pipe;
    }

    /** @param opening read before the first was opened */
    void captureReady(long inReplyTo, ObservedTime opening, List<CaptureLoop> loops) {
        CaptureReady.Builder ready = CaptureReady.newBuilder().setOpening(EventMapper.toMessage(opening));
        for (CaptureLoop loop : loops) {
            PacketSource source = loop.source();
            ready.addInterfaces(OpenInterface.newBuilder()
                    .setName(loop.interfaceName())
                    .setLinkType(source.linkType().value())
                    .setNanosecondTimestamps(source.nanosecondTimestamps())
                    .setSnaplen(source.snaplen()));
        }
        pipe.reply(inReplyTo, Envelope.newBuilder().setCaptureReady(ready));
    }

    /** Leaves a position out while the coordinator is behind, for the next one tells more; never the end of a segment. */
    void progress(SpoolPosition position) {
        if (!position.ended() && !isTaking()) {
            return;
        }
        SpoolProgress.Builder progress = SpoolProgress.newBuilder()
                .setInterface(position.interfaceNumber())
                .setSegment(position.segment())
                .setFile(position.file())
                .setReadableBytes(position.readableBytes())
                .setEnded(position.ended())
                .setAnnounced(EventMapper.toMessage(position.announced()))
                .setCounters(CaptureMapper.toMessage(position.counters()));
        ObservedTime drainedUntil = position.drainedUntil();
        if (drainedUntil != null) {
            progress.setDrainedUntilEpochNanos(drainedUntil.epochNanos())
                    .setDrainedUntilMonotonicNanos(drainedUntil.monotonicNanos());
        }
        pipe.send(Envelope.newBuilder().setSpoolProgress(progress));
    }

    private boolean isTaking() {
        try {
            return pipe.awaitWritable(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param refusal null: every interface uses it */
    void prefilterUsed(long inReplyTo, @Nullable HostException refusal) {
        PrefilterUsed.Builder used = PrefilterUsed.newBuilder();
        if (refusal != null) {
            used.setProblem(refusal.getMessage()).setHint(refusal.hint());
        }
        pipe.reply(inReplyTo, Envelope.newBuilder().setPrefilterUsed(used));
    }

    void interfaces(long inReplyTo, List<InterfaceInfo> interfaces) {
        pipe.reply(inReplyTo, Envelope.newBuilder().setInterfaceList(HostMapper.toMessage(interfaces)));
    }

    void features(long inReplyTo, List<HostFeature> features) {
        pipe.reply(inReplyTo, Envelope.newBuilder().setFeatureList(HostMapper.toFeatureList(features)));
    }

    void stopped() {
        pipe.send(Envelope.newBuilder().setStopped(Stopped.getDefaultInstance()));
    }

    /** @param inReplyTo 0: unsolicited, the worker cannot go on */
    void failure(long inReplyTo, Throwable cause) {
        if (cause instanceof HostException refusal) {
            failure(inReplyTo, codeOf(refusal.code()), refusal.getMessage(), refusal.hint());
        } else {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            failure(inReplyTo, FailureCode.FAILURE_CODE_INTERNAL, "capture-worker: " + message, "");
        }
    }

    void failure(long inReplyTo, FailureCode code, String message, String hint) {
        pipe.reply(
                inReplyTo,
                Envelope.newBuilder()
                        .setFailure(Failure.newBuilder()
                                .setCode(code)
                                .setMessage(message)
                                .setHint(hint)));
    }

    private static FailureCode codeOf(HostException.Code code) {
        return switch (code) {
            case NO_PRIVILEGE -> FailureCode.FAILURE_CODE_NO_PRIVILEGE;
            case NOT_SUPPORTED -> FailureCode.FAILURE_CODE_NOT_SUPPORTED;
            case NO_SUCH_INTERFACE -> FailureCode.FAILURE_CODE_NO_SUCH_INTERFACE;
            case INTERFACE_DOWN -> FailureCode.FAILURE_CODE_INTERFACE_DOWN;
            case BAD_FILTER -> FailureCode.FAILURE_CODE_BAD_FILTER;
            case LIBRARY_MISSING -> FailureCode.FAILURE_CODE_LIBRARY_MISSING;
            case IO -> FailureCode.FAILURE_CODE_IO;
            case DISK_FULL -> FailureCode.FAILURE_CODE_DISK_FULL;
            case DEVICE_LOST -> FailureCode.FAILURE_CODE_DEVICE_LOST;
        };
    }
}
