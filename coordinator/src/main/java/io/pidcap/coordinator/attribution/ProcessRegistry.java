package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every process that an event or a snapshot has named, and whether the user wants it. A process that has ended is kept
 * while an interval refers to it, and until the filter stage has passed the time of its end, since a child of it may
 * still be told of.
 */
public final class ProcessRegistry {
    /** Processes that are gone keep a row of their own in the totals up to this many; later ones share one. */
    static final int MAX_RETIRED_TOTALS = 1000;

    private static final long ROOT = 0;

    private final ProcessSelector selector;
    private final Map<ProcessIdentity, TrackedProcess> processes = new HashMap<>();
    private final Map<Integer, TrackedProcess> latestByPid = new HashMap<>();
    private final Map<Integer, ProcessIdentity> pinned = new HashMap<>();
    private final ArrayDeque<Exit> exits = new ArrayDeque<>();
    private final List<ProcessTotals> retired = new ArrayList<>();
    private long changes;
    private ProcessTotals retiredOthers = new ProcessTotals(ProcessTotals.OTHERS, "others", 0, 0, 0);

    private record Exit(TrackedProcess process, long monotonicNanos) {}

    public ProcessRegistry(ProcessSelector selector) {
        this.selector = selector;
    }

    /** All packets are wanted, those of unknown owners too. */
    public boolean wantsEverything() {
        return selector.wantsEverything();
    }

    /** Takes in processes that are new or have changed, in any order: a parent may stand behind its child. */
    public void register(Collection<ProcessInfo> infos) {
        if (infos.isEmpty()) {
            return;
        }
        changes++;
        List<TrackedProcess> changed = new ArrayList<>(infos.size());
        for (ProcessInfo info : infos) {
            TrackedProcess process = of(info.identity());
            ObservedTime ownProgramSince = info.ownProgramSince();
            if (ownProgramSince != null) {
                process.beginOwnProgram(
                        ownProgramSince.monotonicNanos(),
                        process.selected || isWanted(process),
                        wantsEverything() || (isWantedPid(process.identity()) && selector.allowsUser(info)));
            }
            process.describe(info, selector.matchedName(info).orElse(info.name()));
            selectIfWanted(process);
            changed.add(process);
        }
        boolean again = selector.withDescendants();
        while (again) {
            again = false;
            for (TrackedProcess process : changed) {
                again |= selectIfWanted(process);
            }
        }
    }

    private boolean selectIfWanted(TrackedProcess process) {
        ProcessInfo info = process.info();
        if (process.selected || info == null) {
            return false;
        }
        if (isWantedItself(info)) {
            ObservedTime changedSince = info.changedSince();
            process.select(changedSince == null ? Long.MIN_VALUE : changedSince.monotonicNanos());
        } else if (isWantedChild(info)) {
            process.select(Long.MIN_VALUE);
        }
        return process.selected;
    }

    /** The process of this identity; a new one without a name if nothing has told of it. */
    public TrackedProcess of(ProcessIdentity identity) {
        TrackedProcess known = processes.get(identity);
        if (known != null) {
            return known;
        }
        if (identity.startNanos() == 0) {
            TrackedProcess latest = latestByPid.get(identity.pid());
            if (latest != null && !latest.exited) {
                return latest;
            }
        }
        TrackedProcess process = new TrackedProcess(identity);
        processes.put(identity, process);
        latestByPid.merge(identity.pid(), process, ProcessRegistry::later);
        // Of which user it is nobody has told yet.
        process.selected = wantsEverything()
                || (isWantedPid(identity) && selector.userIds().isEmpty());
        return process;
    }

    private static TrackedProcess later(TrackedProcess one, TrackedProcess other) {
        return one.identity().startNanos() > other.identity().startNanos() ? one : other;
    }

    /** The process that has the pid now; null: nobody who lives, as far as is known. */
    @Nullable
    TrackedProcess living(int pid) {
        TrackedProcess latest = latestByPid.get(pid);
        return latest == null || latest.exited ? null : latest;
    }

    /** Counts everything that may have made a process wanted, or another than it was. */
    long changes() {
        return changes;
    }

    /**
     * Known, and not wanted, nor is what it forks; it takes an exec or another name to change that. Whoever runs as root can
     * become another user without being seen, and where a pid is wanted that nobody has had yet any fork may get it.
     */
    boolean isUnwanted(TrackedProcess process) {
        ProcessInfo info = process.info();
        if (info == null
                || process.selected
                || selector.childrenOf().contains(info.identity().pid())
                || !pinned.keySet().containsAll(selector.pids())) {
            return false;
        }
        boolean mayChangeUser = info.userId() <= ROOT && !process.exited;
        return selector.userIds().isEmpty()
                || !mayChangeUser
                || !(isWantedPid(info.identity()) || selector.matches(info));
    }

    private boolean isWanted(TrackedProcess process) {
        ProcessInfo info = process.info();
        return info != null && (isWantedItself(info) || isWantedChild(info));
    }

    private boolean isWantedItself(ProcessInfo info) {
        return (isWantedPid(info.identity()) || selector.matches(info)) && selector.allowsUser(info);
    }

    private boolean isWantedPid(ProcessIdentity identity) {
        return selector.pids().contains(identity.pid())
                && identity.equals(pinned.computeIfAbsent(identity.pid(), pid -> identity));
    }

    private boolean isWantedChild(ProcessInfo info) {
        if (selector.childrenOf().contains(info.parentPid())) {
            return true;
        }
        if (!selector.withDescendants()) {
            return false;
        }
        TrackedProcess parent = parentOf(info);
        return parent != null && parent.selected;
    }

    /** A process with the parent's pid that started after the child has only got the number again. */
    private @Nullable TrackedProcess parentOf(ProcessInfo info) {
        TrackedProcess parent = latestByPid.get(info.parentPid());
        long childStart = info.identity().startNanos();
        boolean possible =
                parent != null && (childStart == 0 || parent.identity().startNanos() <= childStart);
        return possible ? parent : null;
    }

    /** These processes ended at or before the given time. */
    public void exited(Collection<ProcessIdentity> identities, long monotonicNanos) {
        for (ProcessIdentity identity : identities) {
            TrackedProcess process = processes.get(identity);
            if (process != null) {
                exited(process, monotonicNanos);
            }
        }
    }

    /** Of the processes that live as far as we know, all that are not among {@code living} have ended unseen. */
    void exitedAllBut(Collection<ProcessInfo> living, long monotonicNanos) {
        Map<ProcessIdentity, ProcessInfo> known = new HashMap<>();
        living.forEach(info -> known.put(info.identity(), info));
        for (TrackedProcess process : processes.values()) {
            if (!known.containsKey(process.identity())) {
                exited(process, monotonicNanos);
            }
        }
    }

    private void exited(TrackedProcess process, long monotonicNanos) {
        if (!process.exited) {
            process.exited = true;
            changes++;
            exits.add(new Exit(process, monotonicNanos));
        }
    }

    void intervalAdded(TrackedProcess process) {
        process.intervals++;
    }

    void intervalForgotten(TrackedProcess process) {
        process.intervals--;
        dropIfUnused(process);
    }

    /** No packet of an earlier time will be asked about. */
    void forgetBefore(long monotonicNanos) {
        Exit first = exits.peek();
        while (first != null && first.monotonicNanos() < monotonicNanos) {
            exits.remove();
            first.process().passed = true;
            dropIfUnused(first.process());
            first = exits.peek();
        }
    }

    private void dropIfUnused(TrackedProcess process) {
        if (process.passed && process.intervals == 0) {
            processes.remove(process.identity(), process);
            latestByPid.remove(process.identity().pid(), process);
            retire(process);
        }
    }

    private void retire(TrackedProcess process) {
        if (!process.hasPackets()) {
            return;
        }
        if (retired.size() < MAX_RETIRED_TOTALS) {
            retired.add(process.totals());
        } else {
            retiredOthers = retiredOthers.plus(process.totals());
        }
    }

    /** How many processes are held, for tests and diagnosis. */
    public int size() {
        return processes.size();
    }

    /** The processes of which packets were kept, the one with the most bytes first. */
    public List<ProcessTotals> totals() {
        List<ProcessTotals> all = new ArrayList<>(retired);
        for (TrackedProcess process : processes.values()) {
            if (process.hasPackets()) {
                all.add(process.totals());
            }
        }
        all.sort((one, other) -> Long.compare(other.bytes(), one.bytes()));
        if (retiredOthers.packets() > 0) {
            all.add(retiredOthers);
        }
        return all;
    }
}
