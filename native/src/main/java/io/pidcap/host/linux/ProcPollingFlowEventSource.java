package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
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
 * Looks at /proc again and again and tells what differs. Works everywhere and for any user, and misses what is shorter
 * than the time between two looks. How events are dated: {@link LookDifference}.
 *
 * <p>Late by up to a second (a round), and dated to the look before as if that would have shown it, are only: a socket
 * passed to a process that closes another descriptor in the same interval ({@link ProcProcessTable}), and a TCP listener
 * that takes the place of another one in the same interval ({@link TcpActivity}).
 *
 * <p>{@link #next} looks when the poll interval since the start of the last look is over, and with a timeout of 0 at
 * once. When its timeout ends first, the batch is empty and its watermark that of the last look: without another look
 * nothing more is known.
 */
final class ProcPollingFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(ProcPollingFlowEventSource.class);
    /** Everything of every process is read at least this often, see {@link ProcProcessTable}. */
    private static final int ROUND_MILLIS = 1000;

    private final ProcSocketTable table;
    private final HostClock clock;
    private final int pollIntervalMillis;
    private final String reason;
    private @Nullable Look last;
    private boolean attached;

    ProcPollingFlowEventSource(
            ProcRoot proc, HostClock clock, int pollIntervalMillis, boolean withArguments, String reason) {
        this.clock = clock;
        this.pollIntervalMillis = pollIntervalMillis;
        this.reason = reason;
        table = new ProcSocketTable(proc, clock, withArguments, Math.max(1, ROUND_MILLIS / pollIntervalMillis));
    }

    @Override
    public Kind kind() {
        return Kind.PROC;
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
        if (look != null && look.unreadable() > 0) {
            limits.add(unreadable(look));
        }
        if (look != null && !look.showsFirstProcess()) {
            limits.add("/proc is mounted with hidepid: the processes of other users cannot be seen");
        }
        return limits;
    }

    private static String unreadable(Look look) {
        return "the sockets of " + look.unreadable() + " of " + look.processes().size()
                + " processes cannot be seen for want of permission";
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
        if (look.unreadable() > 0) {
            log.warn("{}", unreadable(look));
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
    }
}
