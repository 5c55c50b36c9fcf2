package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.ListInterfaces;
import io.pidcap.protocol.v1.PrefilterDecisionMessage;
import io.pidcap.protocol.v1.ProbeFeatures;
import io.pidcap.protocol.v1.StartCapture;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.v1.TakeSnapshot;
import io.pidcap.protocol.v1.UsePrefilter;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.wire.Pipe;

/** Messages out to one worker. Each request returns the sequence number by which its answer refers to it. */
public final class WorkerLink {
    private final Pipe pipe;

    WorkerLink(Pipe pipe) {
        this.pipe = pipe;
    }

    public long startCapture(StartCapture request) {
        return pipe.send(Envelope.newBuilder().setStartCapture(request));
    }

    public long watchFlows(WatchFlows request) {
        return pipe.send(Envelope.newBuilder().setWatchFlows(request));
    }

    public void decide(PrefilterDecisionMessage piece) {
        pipe.send(Envelope.newBuilder().setPrefilterDecision(piece));
    }

    public long usePrefilter(UsePrefilter request) {
        return pipe.send(Envelope.newBuilder().setUsePrefilter(request));
    }

    public long takeSnapshot() {
        return pipe.send(Envelope.newBuilder().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
    }

    public long listInterfaces() {
        return pipe.send(Envelope.newBuilder().setListInterfaces(ListInterfaces.getDefaultInstance()));
    }

    public long probeFeatures() {
        return pipe.send(Envelope.newBuilder().setProbeFeatures(ProbeFeatures.getDefaultInstance()));
    }

    /** Answered late where no packet arrives. */
    public long probeInterface(String name) {
        return pipe.send(Envelope.newBuilder()
                .setProbeFeatures(ProbeFeatures.newBuilder().setInterface(name)));
    }

    public long stop() {
        return pipe.send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
    }

    /** To a worker, a closed pipe is a stop as well. */
    public void close() {
        pipe.close();
    }
}
