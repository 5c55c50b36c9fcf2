package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import io.pidcap.host.Prefilter;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterDecision.PortMark;
import io.pidcap.protocol.model.PrefilterOffer;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.PrefilterSeen.PortCount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program of {@code prefilter.bpf.c} and the maps that it looks into.
 *
 * <p>Two numbers keep it from following what is not true any more. A port's mark counts the records about it; it is only
 * believed where as many were read when it was decided. {@code PIDCAP_RAISED} counts what happened to the watched
 * processes; nothing is dropped where more of it happened than was known to the decision in force.
 */
final class BpfPrefilter implements Prefilter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BpfPrefilter.class);
    private static final int PORTS = PrefilterDecision.PORTS;
    private static final byte[] WATCHED = {FlowRecordLayout.WATCHED};
    private static final byte[] TRUSTED = {FlowRecordLayout.TRUSTED};

    private final BpfObject object;
    private final BpfObject takers;
    private final BpfMap watched;
    private final SharedMemory marks;
    private final SharedMemory numbers;
    private final PrefilterOffer offer;

    /** Of the records that were read, by port. */
    private final long[] told = new long[2 * PORTS];

    private final Map<Integer, Long> toldNow = new HashMap<>();
    private final Set<Integer> watchedPids = new HashSet<>();
    private final Set<Integer> changedNow = new HashSet<>();
    private final Set<Integer> trustedNow = new HashSet<>();
    private final Set<Integer> exposedNow = new HashSet<>();
    /** No longer watched, by the reading that was begun last then: what that one does not reach may be of their time. */
    private final Map<Integer, Long> unwatchedPids = new HashMap<>();

    private long readings;

    private long raisedAtStart;
    private long raised;
    private long applied;
    private long appliedAtStart;
    private long appliedSeen;
    private boolean broken;

    private BpfPrefilter(
            BpfObject object, BpfObject takers, BpfObject flows, SharedMemory marks, SharedMemory numbers) {
        this.object = object;
        this.takers = takers;
        this.marks = marks;
        this.numbers = numbers;
        watched = flows.loadedMap("watched");
        offer = new PrefilterOffer(
                object.loadedMap("behind").id(), object.loadedMap("skipped").id());
        // Nothing was settled yet.
        writeNumber(FlowRecordLayout.RAISED, 1);
        object.loadedMap("behind").put(0, BpfMap.bytes(object.programDescriptor("skip_unwanted")));
    }

    /**
     * Loads the program.
     *
     * @param flows loaded with {@code marks} of full size
     * @throws HostException why it does not load
     */
    static BpfPrefilter open(LibBpf bpf, BpfObject flows) {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            BpfObject object = BpfObject.open(bpf, "prefilter");
            opened.add(object);
            for (String map : FlowPrograms.SHARED_MAPS) {
                object.share(map, flows);
            }
            object.load();
            BpfObject takers = openTakers(bpf, flows, opened);
            SharedMemory marks = SharedMemory.map(
                    flows.mapDescriptor("marks"), 0, 2L * PORTS * FlowRecordLayout.MARK_BYTES, true, "the marks");
            opened.add(marks);
            SharedMemory numbers = SharedMemory.map(
                    flows.mapDescriptor("numbers"), 0, SharedMemory.pageSize(), true, "the table of numbers");
            opened.add(numbers);
            return new BpfPrefilter(object, takers, flows, marks, numbers);
        } catch (RuntimeException e) {
            CgroupFlowEventSource.Attached.closeAll(opened, e);
            throw e;
        }
    }

    private static BpfObject openTakers(LibBpf bpf, BpfObject flows, List<AutoCloseable> opened) {
        try {
            BpfObject takers = BpfObject.open(bpf, "descriptor_takers");
            opened.add(takers);
            for (String map : FlowPrograms.SHARED_MAPS) {
                takers.share(map, flows);
            }
            takers.load();
            takers.attach("took");
            return takers;
        } catch (HostException e) {
            throw new HostException(
                    HostException.Code.NOT_SUPPORTED,
                    "filter packets in the kernel: it does not tell who is given descriptors: " + e.getMessage(),
                    "it needs Linux 6.3 or later with BTF; leave out --prefilter",
                    e);
        }
    }

    private long readNumber(int which) {
        return numbers.getAcquire(which * FlowRecordLayout.NUMBER_BYTES);
    }

    private void writeNumber(int which, long value) {
        numbers.setRelease(which * FlowRecordLayout.NUMBER_BYTES, value);
    }

    /** Before the end of the ring is looked at: what is counted so far lies before that end. */
    void beginReading() {
        raisedAtStart = readNumber(FlowRecordLayout.RAISED);
        appliedAtStart = applied;
        readings++;
    }

    /** A record that is counted in its port's mark. */
    void told(boolean tcp, int port) {
        int index = (tcp ? 0 : PORTS) + port;
        toldNow.put(index, ++told[index]);
    }

    /**
     * A process executed a program or got a name.
     *
     * @return whether it was watched, so that it may have been trusted
     */
    boolean changed(int pid) {
        boolean wasWatched = watchedPids.contains(pid);
        if (wasWatched) {
            changedNow.add(pid);
            trustedNow.remove(pid);
        }
        return wasWatched;
    }

    /**
     * There is a new process.
     *
     * @param isTrusted by the kernel, as its parent is
     */
    void forked(int pid, boolean isTrusted) {
        watchedPids.remove(pid);
        trustedNow.remove(pid);
        // Where the pid's former process was taken out meanwhile, so may have been this one.
        if (isTrusted && !unwatchedPids.containsKey(pid)) {
            watchedPids.add(pid);
            trustedNow.add(pid);
        }
    }

    /** Somebody has got hold of a socket that has this port. */
    void exposed(boolean tcp, int port) {
        exposedNow.add((tcp ? 0 : PORTS) + port);
    }

    /** All records up to that end were read. */
    void readWhole() {
        raised = raisedAtStart;
        appliedSeen = appliedAtStart;
        unwatchedPids.values().removeIf(reading -> reading < readings);
    }

    @Override
    public PrefilterOffer offer() {
        return offer;
    }

    @Override
    public PrefilterSeen seen() {
        List<PortCount> counts = new ArrayList<>(toldNow.size());
        toldNow.forEach((port, count) -> counts.add(new PortCount(port, count)));
        PrefilterSeen seen = new PrefilterSeen(
                raised, appliedSeen, List.copyOf(changedNow), List.copyOf(trustedNow), List.copyOf(exposedNow), counts);
        toldNow.clear();
        changedNow.clear();
        trustedNow.clear();
        exposedNow.clear();
        return seen;
    }

    @Override
    public void apply(PrefilterDecision decision) {
        if (broken) {
            return;
        }
        try {
            decision.unwatch().forEach(watched::remove);
            decision.unwatch().forEach(watchedPids::remove);
            decision.unwatch().forEach(pid -> unwatchedPids.put(pid, readings));
            watchedPids.addAll(decision.watch());
            decision.watch().forEach(pid -> watched.put(pid, WATCHED));
            decision.trust().forEach(pid -> watched.replace(pid, TRUSTED));
        } catch (HostException e) {
            broken = true;
            log.warn("nothing is filtered in the kernel any more: {}", e.getMessage());
            writeNumber(FlowRecordLayout.SETTLED, 0);
            return;
        }
        decision.marks().forEach(this::write);
        writeNumber(FlowRecordLayout.SETTLED, decision.settled());
        applied = decision.number();
    }

    private void write(PortMark mark) {
        long owners = switch (mark.owners()) {
            case NOBODY -> 0;
            case UNWANTED -> FlowRecordLayout.MARK_UNWANTED;
            case OTHERS -> FlowRecordLayout.MARK_OPEN;
        };
        int at = mark.port() * FlowRecordLayout.MARK_BYTES + FlowRecordLayout.MARK_DECIDED;
        marks.setRelease(at, mark.told() | owners);
    }

    @Override
    public void close() {
        marks.close();
        numbers.close();
        takers.close();
        object.close();
    }
}
