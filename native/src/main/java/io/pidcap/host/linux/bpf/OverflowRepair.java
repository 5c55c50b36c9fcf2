package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.ObservedTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After the ring had no room for records: looks at all processes and sockets anew and has the difference told. Until that
 * is done the watermark stays where it was when everything was still known, so that no packet of that time is decided
 * without what the survey will tell.
 *
 * <p>Where records are lost again and again, a survey may take a tenth of the time and no more: the reader must get on.
 */
final class OverflowRepair {
    private static final Logger log = LoggerFactory.getLogger(OverflowRepair.class);

    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAUSE_PER_SURVEY = 9;

    private final HostTables tables;
    private final EventTimes times;
    private final SocketSurvey survey;
    private final PortTable ports;
    private final ProcessTracker processes;
    private final SocketTracker sockets;
    private final long ownNetnsId;

    private long healedRecords;
    private @Nullable ObservedTime openSince;
    private long notBeforeNanos = Long.MIN_VALUE;

    OverflowRepair(
            HostTables tables,
            EventTimes times,
            SocketSurvey survey,
            PortTable ports,
            ProcessTracker processes,
            SocketTracker sockets,
            long ownNetnsId) {
        this.tables = tables;
        this.times = times;
        this.survey = survey;
        this.ports = ports;
        this.processes = processes;
        this.sockets = sockets;
        this.ownNetnsId = ownNetnsId;
    }

    /** A snapshot is about to be taken, which shows what was lost before. */
    void beforeSnapshot() {
        healedRecords = ports.lostRecords();
    }

    /** At each poll, after the ring was read: whether records are missing of which no survey was taken. */
    boolean isOpen() {
        if (openSince == null && ports.lostRecords() != healedRecords) {
            openSince = times.watermark();
        }
        return openSince != null;
    }

    /**
     * Looks anew, if that is due.
     *
     * @param last no later poll can do it
     * @return the span of which events are missing, up to now; null: nothing is missing, or it is too early
     */
    @Nullable
    FlowGap repair(long nowNanos, boolean last) {
        ObservedTime since = openSince;
        if (since == null || (nowNanos < notBeforeNanos && !last)) {
            return null;
        }
        long lost = ports.lostRecords();
        ObservedTime surveyed = tables.now();
        processes
                .correct(tables.processes(), since, surveyed.monotonicNanos())
                .forEach(ended -> sockets.exited(ended, surveyed.monotonicNanos()));
        List<HeldSocket> held = survey.survey();
        new SocketCorrection(sockets, times, ownNetnsId, since, surveyed.monotonicNanos())
                .apply(held, pid -> processes.known(pid, "", -1));
        long tookNanos = tables.now().monotonicNanos() - surveyed.monotonicNanos();
        long pauseNanos = Math.min(LONGEST_PAUSE_NANOS, Math.max(LEAST_PAUSE_NANOS, tookNanos * PAUSE_PER_SURVEY));
        notBeforeNanos = surveyed.monotonicNanos() + tookNanos + pauseNanos;
        log.warn(
                "the ring had no room for {} records; looked at all processes and sockets anew in {} ms",
                lost - healedRecords,
                TimeUnit.NANOSECONDS.toMillis(tookNanos));
        healedRecords = lost;
        openSince = null;
        return new FlowGap(since, surveyed);
    }
}
