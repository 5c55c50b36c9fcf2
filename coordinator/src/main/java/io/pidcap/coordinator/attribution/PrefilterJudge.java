package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterDecision.Owners;
import io.pidcap.protocol.model.PrefilterDecision.PortMark;
import io.pidcap.protocol.model.PrefilterSeen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which packets the kernel may drop: by the same intervals and the same selection as the {@link Attributor}, so
 * that nothing is dropped that it would give to a wanted process.
 *
 * <p>A process that nobody wants may become one that is wanted. So it counts as unwanted only once the kernel watches it,
 * and a batch that was read after that has still told nothing else of it. From then on the kernel drops nothing between
 * such a change and the decision about the batch that tells of it, and watches its children too.
 *
 * <p>The filter stage's thread only.
 */
public final class PrefilterJudge {
    private final ProcessRegistry processes;
    private final PortOwners ports = new PortOwners();

    /** Of the processes that nobody wants, how far it is with each. */
    private final Map<TrackedProcess, Watch> watches = new HashMap<>();

    private final Map<Integer, Long> told = new HashMap<>();
    private final Map<Integer, PortMark> marks = new HashMap<>();
    /** Ports that a wanted process had, or may have had, at the same time as an unwanted one: they are left open for good. */
    private final Set<Integer> contested = new HashSet<>();

    private long judgedChanges = -1;
    private long number;
    private long settled;

    /**
     * @param decision by which it was asked for
     * @param isKnown the kernel watches it, or it has ended, and it was not wanted then
     */
    private record Watch(long decision, boolean isKnown) {
        static final Watch GONE = new Watch(0, true);
    }

    /** What a decision is made of. */
    private static final class Draft {
        private final List<Integer> unwatch = new ArrayList<>();
        private final List<Integer> watch = new ArrayList<>();
        private final List<Integer> trust = new ArrayList<>();

        boolean isEmpty() {
            return unwatch.isEmpty() && watch.isEmpty() && trust.isEmpty();
        }
    }

    public PrefilterJudge(ProcessRegistry processes) {
        this.processes = processes;
    }

    PortOwners ports() {
        return ports;
    }

    /** Another run of the event-worker: nothing is watched or marked any more. */
    public void beginRun() {
        watches.clear();
        told.clear();
        marks.clear();
        judgedChanges = -1;
        number = 0;
        settled = 0;
        ports.touchAll();
    }

    /**
     * Decides after a batch was taken in.
     *
     * @return null: nothing is to be said
     */
    public @Nullable PrefilterDecision decide(PrefilterSeen seen) {
        for (PrefilterSeen.PortCount count : seen.ports()) {
            told.put(count.port(), count.told());
            ports.touch(count.port());
        }
        for (int port : seen.exposed()) {
            contested.add(port);
            ports.touch(port);
        }
        Draft draft = new Draft();
        forgetChanged(Set.copyOf(seen.changed()));
        trustChildren(seen.trusted(), draft);
        trustWatched(seen.applied(), draft);
        judgeProcesses(draft);
        List<PortMark> changed = judgePorts();
        if (draft.isEmpty() && changed.isEmpty() && seen.raised() == settled) {
            return null;
        }
        settled = seen.raised();
        number++;
        return new PrefilterDecision(number, draft.unwatch, draft.watch, draft.trust, changed, settled);
    }

    /** The kernel watches them no more. */
    private void forgetChanged(Set<Integer> pids) {
        if (pids.isEmpty()) {
            return;
        }
        for (TrackedProcess process : List.copyOf(watches.keySet())) {
            if (!process.exited && pids.contains(process.identity().pid())) {
                watches.remove(process);
                ports.touchPortsOf(process);
                judgedChanges = -1;
            }
        }
    }

    /** The kernel trusts them as it does their parents; whether they are wanted is judged as for all others. */
    private void trustChildren(List<Integer> pids, Draft draft) {
        for (int pid : pids) {
            TrackedProcess child = processes.living(pid);
            if (child == null) {
                draft.unwatch.add(pid);
            } else {
                watches.put(child, new Watch(number, true));
                ports.touchPortsOf(child);
                judgedChanges = -1;
            }
        }
    }

    private void trustWatched(long applied, Draft draft) {
        for (Map.Entry<TrackedProcess, Watch> each : watches.entrySet()) {
            TrackedProcess process = each.getKey();
            if (!each.getValue().isKnown()
                    && each.getValue().decision() <= applied
                    && !process.exited
                    && isUnwanted(process)) {
                each.setValue(new Watch(each.getValue().decision(), true));
                draft.trust.add(process.identity().pid());
                ports.touchPortsOf(process);
            }
        }
    }

    private void judgeProcesses(Draft draft) {
        long changes = processes.changes() + ports.processChanges();
        if (changes == judgedChanges) {
            return;
        }
        judgedChanges = changes;
        for (Iterator<Map.Entry<TrackedProcess, Watch>> each =
                        watches.entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<TrackedProcess, Watch> entry = each.next();
            TrackedProcess process = entry.getKey();
            if (entry.getValue().equals(Watch.GONE)) {
                if (!ports.processes().contains(process)) {
                    each.remove();
                }
            } else if (process.exited || !isUnwanted(process)) {
                each.remove();
                draft.unwatch.add(process.identity().pid());
                draft.trust.remove((Integer) process.identity().pid());
                ports.touchPortsOf(process);
            }
        }
        for (TrackedProcess process : ports.processes()) {
            if (watches.containsKey(process) || !isUnwanted(process)) {
                continue;
            }
            if (process.exited) {
                watches.put(process, Watch.GONE);
                ports.touchPortsOf(process);
            } else {
                watches.put(process, new Watch(number + 1, false));
                draft.watch.add(process.identity().pid());
            }
        }
    }

    /**
     * Whoever gave a socket to somebody who is wanted may give away the next one, too, and that is not told before it is
     * used.
     */
    private boolean isUnwanted(TrackedProcess process) {
        if (!processes.isUnwanted(process)) {
            return false;
        }
        Set<TrackedProcess> sharers = ports.sharersOf(process);
        sharers.removeIf(sharer -> sharer.exited && processes.isUnwanted(sharer));
        return sharers.stream().allMatch(processes::isUnwanted);
    }

    private boolean isKnownUnwanted(TrackedProcess process) {
        Watch watch = watches.get(process);
        return watch != null && watch.isKnown();
    }

    /**
     * Where addresses are translated, an unwanted process can hold the port by which a wanted one is reached, and the first
     * packet of each conversation comes before the wanted one is known to be meant.
     */
    private void noteContested(int port, Set<TrackedProcess> owners) {
        if (owners.stream().anyMatch(owner -> !processes.isUnwanted(owner))) {
            contested.add(port);
        }
    }

    private List<PortMark> judgePorts() {
        List<PortMark> changed = new ArrayList<>();
        for (int port : ports.takeChanged()) {
            Set<TrackedProcess> owners = ports.ownersOf(port);
            Owners which = Owners.NOBODY;
            if (!owners.isEmpty()) {
                boolean unwanted = owners.stream().allMatch(this::isKnownUnwanted);
                if (!unwanted && owners.stream().anyMatch(this::isKnownUnwanted)) {
                    noteContested(port, owners);
                }
                which = unwanted && !contested.contains(port) ? Owners.UNWANTED : Owners.OTHERS;
            }
            PortMark mark = new PortMark(port, told.getOrDefault(port, 0L), which);
            if (!mark.equals(marks.put(port, mark))) {
                changed.add(mark);
            }
        }
        return changed;
    }
}
