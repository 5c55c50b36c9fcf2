package io.pidcap.host.windows.windivert;

import io.pidcap.host.EventTimes;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.polling.Look;
import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.host.windows.win32.ClockReading;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns of each socket from WinDivert's SOCKET and FLOW layers; what was there before, from the tables of IP Helper.
 *
 * <p>Two threads receive, one for each layer; the thread that owns the source does all else. An event is dated by its own
 * reading of the performance counter, and told once it is so old that none that happened before it can still be on its way.
 */
public final class WinDivertFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(WinDivertFlowEventSource.class);

    /** Longer than an event is on its way from the driver to us. */
    static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LOOK_AROUND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_WAITING = 1 << 17;

    private final WindowsClock clock = new WindowsClock();
    private final RecordQueue queue = new RecordQueue(MOST_WAITING);
    private final RecordOrder order = new RecordOrder();
    private final SocketTracker sockets = new SocketTracker();
    private final List<RecordReceiver> receivers = new ArrayList<>();
    private final ProcessTable processTable = new ProcessTable();
    private final IpHelperSocketTable socketTable = new IpHelperSocketTable(clock, processTable);
    private final EventProcesses processes = new EventProcesses(processTable);
    private @Nullable ClockReading reference;
    private @Nullable EventTimes times;
    private final SocketSurvey survey = new SocketSurvey();
    /** The starts of the two looks before: what the next shows to be lost was lost after the earlier of them. */
    private @Nullable ObservedTime intactUntil;

    private @Nullable ObservedTime intactNext;
    private long missedEvents;
    private long unreadTables;
    private List<ProcessIdentity> leaving = new ArrayList<>();
    private List<LocalAddress> localAddresses = List.of();
    private @Nullable List<LocalAddress> newAddresses;
    private long lookedAroundNanos;
    private long malformed;
    private long late;
    private boolean closed;

    @Override
    public Kind kind() {
        return Kind.WINDIVERT;
    }

    @Override
    public String reason() {
        return "";
    }

    @Override
    public List<String> limits() {
        return List.of(
                "WinDivert tells nobody when more than " + WinDivertLibrary.WINDIVERT_PARAM_QUEUE_LENGTH_MAX
                        + " events waited and it dropped some: a socket of which all was lost is found after two seconds"
                        + " at most, and one that was closed by then never",
                "a process that has ended before its first event is read is known by its pid alone");
    }

    @Override
    public void attach() {
        WinDivertLibrary library = WinDivert.load();
        try {
            receivers.add(RecordReceiver.start(WinDivertHandle.openSocketLayer(library), queue, "windivert-socket"));
            receivers.add(RecordReceiver.start(WinDivertHandle.openFlowLayer(library), queue, "windivert-flow"));
            socketTable.requireReadable();
        } catch (HostException e) {
            closeReceivers();
            throw e;
        }
        reference = clock.read();
    }

    @Override
    public SocketSnapshot snapshot() {
        if (reference == null || closed) {
            throw new IllegalStateException("the source is not attached");
        }
        Look look = socketTable.look(true);
        SocketSnapshot snapshot = look.toSnapshot();
        sockets.begin(snapshot.sockets(), look.end().monotonicNanos());
        processes.begin(snapshot.processes());
        times = new EventTimes(look.start());
        survey.compare(look.sockets(), sockets.ownerships(), sockets.takeClosed());
        intactNext = look.start();
        localAddresses = snapshot.localAddresses();
        lookedAroundNanos = look.end().monotonicNanos();
        return snapshot;
    }

    @Override
    public FlowBatch next(long timeoutMillis) {
        EventTimes dating = times;
        if (dating == null || closed) {
            throw new IllegalStateException("there was no snapshot yet");
        }
        queue.requireIntact();
        ObservedTime begun = clock.now();
        dating.read(begun);
        long waitNanos = timeoutMillis == 0 ? HOLD_NANOS : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        takeRecords(dating, begun.monotonicNanos() + waitNanos);
        Look look = lookAround(begun.monotonicNanos());
        ObservedTime ended = clock.now();
        dating.read(ended);
        long until = timeoutMillis == 0 ? begun.monotonicNanos() : ended.monotonicNanos() - HOLD_NANOS;
        return batch(dating, until, look);
    }

    /** Resolves each record's process at once, while it lives. */
    private void takeRecords(EventTimes dating, long untilNanos) {
        long left = untilNanos - System.nanoTime();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            byte[] record = queue.poll(left);
            if (record != null) {
                take(dating, record);
            }
            left = untilNanos - System.nanoTime();
        }
        List<byte[]> rest = new ArrayList<>();
        queue.drainTo(rest);
        rest.forEach(record -> take(dating, record));
    }

    private void take(EventTimes dating, byte[] bytes) {
        WinDivertRecord record = WinDivertAddressLayout.parse(bytes);
        if (record == null || record.pid() <= 0) {
            malformed++;
            return;
        }
        long nanos = monotonicNanos(record.ticks());
        order.add(record, nanos, processes.of(record.pid(), dating.of(nanos).epochNanos()));
    }

    /** By the reading when the source was attached, so that what is in order stays so; nothing is of the future. */
    private long monotonicNanos(long ticks) {
        ClockReading first = reference;
        if (first == null) {
            throw new IllegalStateException("the source is not attached");
        }
        return Math.min(System.nanoTime(), first.time().monotonicNanos() + clock.nanos(ticks - first.ticks()));
    }

    /** What no event tells; null: it is not time yet, or the tables could not be read. */
    private @Nullable Look lookAround(long nowNanos) {
        if (nowNanos - lookedAroundNanos < LOOK_AROUND_NANOS) {
            return null;
        }
        lookedAroundNanos = nowNanos;
        try {
            Look look = socketTable.look(true);
            processes.refreshed();
            newAddresses = look.localAddresses().equals(localAddresses) ? null : look.localAddresses();
            localAddresses = look.localAddresses();
            return look;
        } catch (HostException e) {
            unreadTables++;
            log.warn("whether WinDivert lost events is not known now: {}", e.getMessage());
            return null;
        }
    }

    /** Told as events of their own; what was opened is told late, because it was told by nobody before. */
    private void tellMissed(SocketSurvey.Missed missed, Look look, ObservedTime from, ObservedTime until) {
        for (SocketEntry socket : missed.opened()) {
            int pid = socket.owners().get(0).pid();
            sockets.missedOpen(
                    socket, processes.of(pid, look.end().epochNanos()).identity(), from);
        }
        missed.closed().forEach(ownership -> sockets.missedClose(ownership, until));
    }

    private FlowBatch batch(EventTimes dating, long untilNanos, @Nullable Look look) {
        RecordOrder.Dated next = order.next(untilNanos);
        while (next != null) {
            late += next.nanos() < dating.watermarkNanos() ? 1 : 0;
            sockets.handle(next.record(), next.process().identity(), dating.of(next.nanos()));
            next = order.next(untilNanos);
        }
        // What was found to have ended by the last call: all its events are told by now.
        ObservedTime now = dating.of(untilNanos);
        List<ProcessIdentity> exits = leaving;
        exits.forEach(process -> sockets.exited(process, now));
        leaving = processes.takeGone();
        FlowGap gap = look == null ? null : survey(look, dating.watermark(), now);
        long lost = queue.takeDropped() + missedEvents;
        missedEvents = 0;
        ObservedTime watermark = dating.advanceWatermark(untilNanos);
        List<LocalAddress> addresses = newAddresses;
        newAddresses = null;
        return new FlowBatch(
                processes.takeNews(),
                sockets.takeEvents(),
                exits,
                addresses != null,
                addresses == null ? List.of() : addresses,
                lost,
                watermark,
                gap);
    }

    /** Null: nothing seems to be lost. */
    private @Nullable FlowGap survey(Look look, ObservedTime from, ObservedTime until) {
        SocketSurvey.Missed missed = survey.compare(look.sockets(), sockets.ownerships(), sockets.takeClosed());
        ObservedTime since = intactUntil == null ? look.start() : intactUntil;
        intactUntil = intactNext;
        intactNext = look.start();
        if (missed.events() == 0) {
            return null;
        }
        log.warn(
                "the tables show {} sockets of which no event told, and {} less whose close no event told: events were"
                        + " lost",
                missed.opened().size(),
                missed.closed().size());
        missedEvents += missed.events();
        tellMissed(missed, look, from, until);
        return new FlowGap(since, until);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        closeReceivers();
        socketTable.close();
        if (malformed + late + sockets.unknownCloses() + unreadTables > 0) {
            log.info(
                    "{} records were of an unknown form, {} came late, {} closes were of sockets not known, {} times the"
                            + " tables could not be compared",
                    malformed,
                    late,
                    sockets.unknownCloses(),
                    unreadTables);
        }
    }

    private void closeReceivers() {
        receivers.forEach(RecordReceiver::close);
        receivers.clear();
    }
}
