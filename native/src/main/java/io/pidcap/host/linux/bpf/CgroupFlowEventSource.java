package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.Prefilter;
import io.pidcap.host.polling.Look;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exact source of flow events: programs at the root of cgroup2 tell of every socket and every process as it happens,
 * however short it lives. Who counts as owner: {@link SocketTracker}. How events are dated: {@link EventTimes}.
 *
 * <p>Needs libbpf, and CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON or root; Linux 5.10 or later. Sees the processes of its cgroup
 * namespace in all network namespaces. What no program tells of: packets that a process hands to a packet socket, replies
 * that the kernel makes itself (RST of a closed port, ICMP errors and echo replies, TIME_WAIT).
 *
 * <p>The watermark. Before it looks where the ring ends, the source reads the clock. A program takes a record's time
 * <em>after</em> it has reserved the record's place. So a record that is not before the end that was seen has a later
 * time than that reading, and every earlier one is read now; where one of these is still being written, the watermark
 * stays. A look at much gives several batches, of which the last one moves the watermark. Only the dating back of an event
 * ({@link EventTimes#LEAD_NANOS}) can give it an earlier time, hence the watermark stays behind the reading by as much, and
 * in the last batch, where it does not, no event is dated back beyond it. Where the ring had no room the watermark stays
 * until {@link OverflowRepair} has found out what is missing.
 */
public final class CgroupFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(CgroupFlowEventSource.class);

    /** While a process is waited for whose main thread has ended: nothing tells of the end of its last one. */
    private static final long HEADLESS_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    /** Of the ring; RING_BYTES in socket_state.h. */
    public static final int RING_BYTES = 8 * 1024 * 1024;

    /** Of the ring, for one batch: a thousand records of sockets, so that what is made of them lives briefly. */
    private static final long BATCH_BYTES = 120_000;

    private static final long CHORES_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final HostTables tables;
    private final Set<OptionalPart> wanted;
    private final int ringBytes;
    private final boolean withPrefilter;
    private @Nullable Attached attached;

    /**
     * @param wanted what else is tried; the rest is as if the kernel did not have it
     * @param ringBytes room for records that were not read yet; a power of two and a multiple of the page size
     * @param withPrefilter have the means to filter packets in the kernel, if they load
     */
    public CgroupFlowEventSource(HostTables tables, Set<OptionalPart> wanted, int ringBytes, boolean withPrefilter) {
        this.tables = tables;
        this.wanted = wanted;
        this.ringBytes = ringBytes;
        this.withPrefilter = withPrefilter;
    }

    @Override
    public Kind kind() {
        return Kind.EBPF;
    }

    @Override
    public String reason() {
        return "";
    }

    @Override
    public List<String> limits() {
        return attached == null ? List.of() : attached.limits();
    }

    @Override
    public void attach() {
        if (attached != null) {
            throw new IllegalStateException("the source is attached already");
        }
        attached = Attached.attach(tables, wanted, ringBytes, withPrefilter);
    }

    @Override
    public SocketSnapshot snapshot() {
        return attached().snapshot();
    }

    @Override
    public FlowBatch next(long timeoutMillis) {
        return attached().next(timeoutMillis);
    }

    @Override
    public Prefilter prefilter() {
        return attached().prefilter();
    }

    private Attached attached() {
        if (attached == null) {
            throw new IllegalStateException("the source is not attached");
        }
        return attached;
    }

    @Override
    public void close() {
        Attached source = attached;
        attached = null;
        if (source != null) {
            source.close();
        }
    }

    /** What there is while the programs are attached. */
    static final class Attached implements AutoCloseable {
        private final HostTables tables;
        private final FlowPrograms programs;
        private final SocketSurvey survey;
        private final BpfRingBuffer ring;
        private final PortTable ports;
        private final OptionalPrefilter prefilter;
        private final long ownNetnsId;
        private final EventTimes times;
        private final BatchBuilder batch = new BatchBuilder();
        private final ProcessTracker processes;
        private final SocketTracker sockets;
        private final ProcessUsers users;
        private final RecordReader reader;
        private final ReadingPace pace;
        private final ProcessListing listing;
        private final OverflowRepair overflow;

        private long choresDueNanos;
        private List<IpAddress> localAddresses = List.of();
        /** Of which not all is read; null: the next poll looks anew. */
        private @Nullable Look look;
        /** Of this look; null: nobody asked yet. */
        private @Nullable List<HeldSocket> surveyed;

        private Map<Integer, Set<Long>> heldByPid = Map.of();

        /**
         * Where the ring ended at {@code nanos}, and what of it can be read: up to {@code reached}, which is before the
         * end if a record is still being written.
         */
        private record Look(long nanos, long end, long reached) {}

        private Attached(
                HostTables tables,
                ProcessListing listing,
                FlowPrograms programs,
                SocketSurvey survey,
                BpfRingBuffer ring,
                PortTable ports,
                OptionalPrefilter prefilter) {
            this.tables = tables;
            this.listing = listing;
            this.programs = programs;
            this.survey = survey;
            this.ring = ring;
            this.ports = ports;
            this.prefilter = prefilter;
            ownNetnsId = SelfTest.run(ring).netnsCookie();
            times = new EventTimes(tables.now());
            processes = new ProcessTracker(tables, new ExecutablePaths(), batch, programs.hasTracepoints());
            sockets = new SocketTracker(times, batch, ports, ownNetnsId);
            users = new ProcessUsers(tables, times, batch);
            reader = new RecordReader(processes, sockets, users, times, this::heldBy, prefilter.orNull());
            pace = new ReadingPace(ring, ports);
            overflow = new OverflowRepair(tables, times, survey, ports, processes, sockets, ownNetnsId);
        }

        static Attached attach(HostTables tables, Set<OptionalPart> wanted, int ringBytes, boolean withPrefilter) {
            requireProcesses(tables);
            LibBpf bpf = LibBpf.get();
            List<AutoCloseable> opened = new ArrayList<>();
            try {
                SurveyOpening opening = SurveyOpening.begin(bpf, wanted, tables);
                opened.add(opening);
                ProcessListing listing = new ProcessListing(tables);
                FlowPrograms programs = FlowPrograms.attach(bpf, wanted, ringBytes, withPrefilter, listing::begin);
                opened.add(programs);
                BpfRingBuffer ring = new BpfRingBuffer(programs.flows().mapDescriptor("records"), ringBytes);
                opened.add(ring);
                PortTable ports = PortTable.of(programs.flows());
                opened.add(ports);
                OptionalPrefilter prefilter = OptionalPrefilter.open(bpf, programs, withPrefilter);
                opened.add(prefilter);
                Attached source = new Attached(tables, listing, programs, opening.take(), ring, ports, prefilter);
                opening.makeRoom();
                return source;
            } catch (RuntimeException e) {
                closeAll(opened, e);
                throw e;
            }
        }

        /** The programs tell pids; what they are is in /proc. */
        private static void requireProcesses(HostTables tables) {
            int ownPid = (int) ProcessHandle.current().pid();
            if (tables.process(ownPid) == null) {
                throw new HostException(
                        HostException.Code.NOT_SUPPORTED,
                        "watch flows by eBPF: this process, pid " + ownPid + ", is not in /proc",
                        "mount the proc file system at /proc");
            }
        }

        static void closeAll(List<AutoCloseable> opened, RuntimeException first) {
            for (AutoCloseable each : opened) {
                try {
                    each.close();
                } catch (Exception e) {
                    first.addSuppressed(e);
                }
            }
        }

        FlowPrograms programs() {
            return programs;
        }

        SocketSurvey survey() {
            return survey;
        }

        /** @throws HostException why there is none */
        BpfPrefilter prefilter() {
            return prefilter.require();
        }

        List<String> limits() {
            List<String> limits = new ArrayList<>(programs.missing());
            if (!survey.limit().isEmpty()) {
                limits.add(survey.limit());
            }
            if (!programs.wholeHost()) {
                limits.add("only the processes of this container are seen (" + programs.cgroup()
                        + " is not the host's root)");
            }
            return limits;
        }

        SocketSnapshot snapshot() {
            overflow.beforeSnapshot();
            ObservedTime taken = tables.now();
            times.read(taken);
            times.advanceWatermark(taken.monotonicNanos());
            // The list of processes may still be read meanwhile.
            List<HeldSocket> held = survey.survey();
            ProcessListing.Listed listed = listing.take();
            processes.begin(listed.processes());
            adopt(held);
            // One that changed since then is told by the first poll.
            localAddresses = listed.localAddresses();
            // The snapshot tells it all; the records that are in the ring already come on top.
            batch.take(0, taken);
            return new SocketSnapshot(taken, ownNetnsId, processes.infos(), sockets.entries(), ownAddresses());
        }

        /** As the snapshot, by loops: at its first run a stream costs a new JVM milliseconds. */
        private List<LocalAddress> ownAddresses() {
            List<LocalAddress> own = new ArrayList<>();
            for (IpAddress address : localAddresses) {
                own.add(new LocalAddress(ownNetnsId, address));
            }
            return own;
        }

        private List<KnownSocket> adopt(List<HeldSocket> held) {
            return sockets.adopt(held, pid -> processes.known(pid, "", -1));
        }

        FlowBatch next(long timeoutMillis) {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (true) {
                if (timeoutMillis > 0 && look == null && !users.isPending()) {
                    pace.await(
                            processes.hasHeadless()
                                    ? Math.min(deadline, System.nanoTime() + HEADLESS_NANOS)
                                    : deadline);
                }
                FlowBatch polled = poll(timeoutMillis == 0);
                boolean isEmpty = polled.processes().isEmpty()
                        && polled.events().isEmpty()
                        && polled.exits().isEmpty()
                        && !polled.localAddressesChanged()
                        && polled.gap() == null
                        && polled.lostEvents() == 0;
                if (!isEmpty
                        || deadline - System.nanoTime() <= 0
                        || Thread.currentThread().isInterrupted()) {
                    return polled;
                }
            }
        }

        /** What the ring had at one look, as far as it goes into a batch; with {@code last} all that it has now. */
        private FlowBatch poll(boolean last) {
            if (last && look != null) {
                readOn(Long.MAX_VALUE, false);
            }
            readOn(last ? Long.MAX_VALUE : BATCH_BYTES, last);
            return batch.take(ports.takeLost(), times.watermark());
        }

        private void readOn(long mostBytes, boolean last) {
            Look current = look == null ? beginLook() : look;
            boolean isRead = reader.read(ring, current.reached, mostBytes);
            look = isRead ? null : current;
            if (isRead) {
                endLook(current, last);
            }
        }

        private Look beginLook() {
            ObservedTime reading = tables.now();
            times.read(reading);
            surveyed = null;
            prefilter.beginReading();
            long end = ring.producerPosition();
            return new Look(reading.monotonicNanos(), end, reader.begin(ring, end));
        }

        private void endLook(Look ended, boolean last) {
            boolean isWhole = ended.reached == ended.end;
            if (isWhole) {
                prefilter.readWhole();
            }
            for (KnownProcess gone : processes.endHeadless(ended.nanos)) {
                sockets.exited(gone, ended.nanos);
            }
            adoptUnknown(ended.nanos);
            prefilter.exposeTaken(
                    reader.takeTakers(),
                    this::surveyNow,
                    held -> sockets.isOwner(held.cookie(), processes.find(held.tgid())));
            if (isWhole || last) {
                users.lookAtDoubtful(ended.nanos, last);
            }
            programs.askDatagramUsers(sockets.sharedDatagramSockets() > 0);
            if (ended.nanos >= choresDueNanos) {
                choresDueNanos = ended.nanos + CHORES_NANOS;
                doChores(ended.nanos);
            }
            if (isWhole && !users.isPending() && (!overflow.isOpen() || repair(ended.nanos, last))) {
                times.advanceWatermark(ended.nanos - (last ? 0 : EventTimes.LEAD_NANOS));
            }
        }

        private boolean repair(long nowNanos, boolean last) {
            FlowGap gap = overflow.repair(nowNanos, last);
            if (gap != null) {
                batch.gap(gap);
            }
            return gap != null;
        }

        /** A socket from before the programs that the snapshot did not have: not accepted then, or in flight. */
        private void adoptUnknown(long nowNanos) {
            Set<Long> cookies = reader.takeUnknownCookies();
            if (cookies.isEmpty()) {
                return;
            }
            List<HeldSocket> held = surveyNow().stream()
                    .filter(each -> cookies.contains(each.cookie()))
                    .toList();
            Set.copyOf(adopt(held)).forEach(socket -> sockets.tellAdopted(socket, nowNanos));
        }

        private void doChores(long nowNanos) {
            processes.tidy(nowNanos).forEach(ended -> sockets.exited(ended, nowNanos));
            List<IpAddress> now = tables.localAddresses();
            if (!now.equals(localAddresses) && !Set.copyOf(now).equals(Set.copyOf(localAddresses))) {
                localAddresses = now;
                batch.localAddresses(ownNetnsId, now);
            }
        }

        private Set<Long> heldBy(int pid) {
            surveyNow();
            return heldByPid.getOrDefault(pid, Set.of());
        }

        private List<HeldSocket> surveyNow() {
            List<HeldSocket> now = surveyed;
            if (now == null) {
                now = survey.survey();
                surveyed = now;
                heldByPid = HeldSocket.cookiesByProcess(now);
            }
            return now;
        }

        @Override
        public void close() {
            if (reader.unreadable() > 0) {
                log.warn("{} records were of an unknown form", reader.unreadable());
            }
            prefilter.close();
            ring.close();
            ports.close();
            survey.close();
            programs.close();
        }
    }
}
