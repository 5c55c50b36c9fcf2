package io.pidcap.host.polling;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostClock;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a table again and again and tells what differs. It misses what is shorter than the time between two looks. How
 * events are dated: {@link LookDifference}.
 *
 * <p>{@link #next} looks when the poll interval since the start of the last look is over, and with a timeout of 0 at
 * once. When its timeout ends first, the batch is empty and its watermark that of the last look: without another look
 * nothing more is known.
 */
public final class PollingFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(PollingFlowEventSource.class);

    private final Kind kind;
    private final SocketTable table;
    private final HostClock clock;
    private final int pollIntervalMillis;
    private final String reason;
    private @Nullable Look last;
    private boolean attached;

    /**
     * @param table is owned, and closed with the source
     * @param reason see {@link #reason}
     */
    public PollingFlowEventSource(
            Kind kind, SocketTable table, HostClock clock, int pollIntervalMillis, String reason) {
        this.kind = kind;
        this.table = table;
        this.clock = clock;
        this.pollIntervalMillis = pollIntervalMillis;
        this.reason = reason;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public List<String> limits() {
        List<String> limits = new ArrayList<>();
        limits.add("processes and connections that live shorter than the poll interval of " + pollIntervalMillis
                + " ms can be missed");
        Look look = last;
        if (look != null) {
            limits.addAll(look.limits());
        }
        return limits;
    }

    /** There is nothing to attach to: the first look, for the snapshot, is where watching begins. */
    @Override
    public void attach() {
        table.requireReadable();
        attached = true;
    }

    @Override
    public SocketSnapshot snapshot() {
        if (!attached) {
            throw new IllegalStateException("the source is not attached");
        }
        Look look = table.look(true);
        last = look;
        for (String limit : look.limits()) {
            log.warn("{}", limit);
        }
        return look.toSnapshot();
    }

    @Override
    public FlowBatch next(long timeoutMillis) {
        Look before = last;
        if (before == null) {
            throw new IllegalStateException("there was no snapshot yet");
        }
        if (timeoutMillis > 0 && !isDueWithin(before, timeoutMillis)) {
            return nothingSince(before.start());
        }
        Look now = table.look(timeoutMillis == 0);
        last = now;
        return LookDifference.between(before, now);
    }

    /** Waits until the next look is due, or the timeout is over. */
    private boolean isDueWithin(Look before, long timeoutMillis) {
        long due = before.start().monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(pollIntervalMillis);
        long giveUp = clock.now().monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        clock.sleepUntil(Math.min(due, giveUp));
        return clock.now().monotonicNanos() >= due;
    }

    private static FlowBatch nothingSince(ObservedTime watermark) {
        return new FlowBatch(List.of(), List.of(), List.of(), false, List.of(), 0, watermark);
    }

    /** There is nothing to detach from; afterwards the source refuses to be used. */
    @Override
    public void close() {
        attached = false;
        last = null;
        table.close();
    }
}
