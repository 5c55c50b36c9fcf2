package io.pidcap.event;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.Prefilter;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.PrefilterSeenMessage;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Stopped;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.wire.HostMapper;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeLimits;
import io.pidcap.protocol.wire.PrefilterMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages out. What can be much waits until the coordinator has taken what was sent before. */
final class CoordinatorLink {
    /** The number that replies to nothing. */
    static final long UNSOLICITED = 0;

    private final Pipe pipe;
    private final EventCommandHandler incoming;

    /** @param incoming knows whether the other end still is there */
    CoordinatorLink(Pipe pipe, EventCommandHandler incoming) {
        this.pipe = pipe;
        this.incoming = incoming;
    }

    void snapshotPart(long inReplyTo, SnapshotPart part) {
        pipe.reply(inReplyTo, Envelope.newBuilder().setSnapshotPart(part));
    }

    /**
     * @param prefilter null: there is none
     * @param noPrefilter why, where it was asked for
     */
    void watchReady(
            long inReplyTo,
            FlowEventSource source,
            @Nullable Prefilter prefilter,
            @Nullable HostException noPrefilter) {
        WatchReady.Builder ready = WatchReady.newBuilder()
                .setSource(
                        switch (source.kind()) {
                            case PROC -> EventSource.EVENT_SOURCE_PROC;
                            case EBPF -> EventSource.EVENT_SOURCE_EBPF;
                            case IPHELPER -> EventSource.EVENT_SOURCE_IPHELPER;
                            case WINDIVERT -> EventSource.EVENT_SOURCE_WINDIVERT;
                        })
                .setReason(source.reason())
                .addAllLimits(source.limits());
        if (prefilter != null) {
            ready.setPrefilter(PrefilterMapper.toMessage(prefilter.offer()));
        }
        if (noPrefilter != null) {
            ready.setPrefilterProblem(noPrefilter.getMessage()).setPrefilterHint(noPrefilter.hint());
        }
        pipe.reply(inReplyTo, Envelope.newBuilder().setWatchReady(ready));
    }

    void flowBatch(FlowBatchMessage batch) {
        pipe.send(Envelope.newBuilder().setFlowBatch(batch));
    }

    void prefilterSeen(PrefilterSeenMessage seen) {
        pipe.send(Envelope.newBuilder().setPrefilterSeen(seen));
    }

    void features(long inReplyTo, List<HostFeature> features) {
        pipe.reply(inReplyTo, Envelope.newBuilder().setFeatureList(HostMapper.toFeatureList(features)));
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

    void failure(long inReplyTo, HostException e) {
        failure(inReplyTo, code(e.code()), String.valueOf(e.getMessage()), e.hint());
    }

    private static FailureCode code(HostException.Code code) {
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

    void stopped() {
        pipe.send(Envelope.newBuilder().setStopped(Stopped.getDefaultInstance()));
    }

    /**
     * Waits until the coordinator has taken most of what was sent, however long that is, unless it wants an end.
     *
     * @return false: nobody will take more, the pipe closed or the coordinator asked for a stop and then read nothing
     */
    boolean awaitWritable() throws InterruptedException {
        long stalledMillis = 0;
        while (!pipe.awaitWritable(PipeLimits.WATERMARK_MILLIS)) {
            stalledMillis += incoming.isStopRequested() ? PipeLimits.WATERMARK_MILLIS : 0;
            if (incoming.isPipeClosed() || stalledMillis >= PipeLimits.CLOSE_STALL_MILLIS) {
                return false;
            }
        }
        return true;
    }

    /** Closes after what was sent. */
    void close() {
        pipe.close();
    }
}
