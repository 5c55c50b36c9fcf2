package io.pidcap.event;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.Prefilter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.wire.FlowBatchSplitter;
import io.pidcap.protocol.wire.PipeLimits;
import io.pidcap.protocol.wire.PrefilterMapper;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Carries what the source tells into numbered batches. Only the thread that owns the source calls it. */
final class FlowEventPump {
    /**
     * Well below what the coordinator may rely on: a packet that somebody looks at as it comes was seen to wait for two of
     * these, and shall be there after 300 ms. Each wait less is CPU for nothing.
     */
    private static final long LONGEST_WAIT_MILLIS = PipeLimits.WATERMARK_MILLIS * 2 / 5;

    /** A decision that waits lets packets through that nobody wants. */
    private static final long DECISION_WAIT_MILLIS = 20;

    private final FlowEventSource source;
    private final CoordinatorLink link;
    private final @Nullable Prefilter prefilter;
    private final FlowBatchSplitter splitter = new FlowBatchSplitter();

    /** @param prefilter the source's, if it has one */
    FlowEventPump(FlowEventSource source, CoordinatorLink link, @Nullable Prefilter prefilter) {
        this.source = source;
        this.link = link;
        this.prefilter = prefilter;
    }

    /** Sends what has happened; where nothing has, after a while the watermark alone. */
    void pump() throws InterruptedException {
        send(source.next(prefilter == null ? LONGEST_WAIT_MILLIS : DECISION_WAIT_MILLIS));
    }

    void decide(PrefilterDecision decision) {
        if (prefilter != null) {
            prefilter.apply(decision);
        }
    }

    /** Sends what has happened up to now, without waiting for more. */
    void pumpLast() throws InterruptedException {
        send(source.next(0));
    }

    private void send(FlowBatch batch) throws InterruptedException {
        Iterator<FlowBatchMessage> pieces = splitter.split(batch);
        // Where nobody takes it any more, a command to end is on its way.
        while (pieces.hasNext() && link.awaitWritable()) {
            link.flowBatch(pieces.next());
        }
        if (prefilter != null) {
            PrefilterMapper.toMessages(prefilter.seen()).forEach(link::prefilterSeen);
        }
    }
}
