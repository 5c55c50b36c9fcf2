package io.pidcap.coordinator.journal;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which processes must be known at the end of a journal's beginning: those that live then, those to whom something belongs
 * that is needed, and of each of them the processes by which it may have been selected as their child. Holds little more
 * than those. One thread.
 */
final class ProcessSurvey {
    /** Of a process that ended just now a child may still be told. */
    private static final long RECENT_NANOS = 5_000_000_000L;

    private static final int FEW = 4096;

    private static final class Known {
        final ProcessIdentity identity;
        /** Who had the parent's number whenever something was told of this one. */
        final List<Known> parents = new ArrayList<>(1);

        boolean exited;
        long exitedMonotonicNanos;
        boolean marked;

        Known(ProcessIdentity identity) {
            this.identity = identity;
        }
    }

    private final Consumer<Consumer<ProcessIdentity>> owners;
    private final Map<ProcessIdentity, Known> processes = new HashMap<>();
    private final Map<Integer, Known> latestByPid = new HashMap<>();
    private final Map<Integer, Known> firstOfWantedPid = new HashMap<>();
    private Set<Integer> wantedPids = Set.of();
    private int sweepAt = FEW;
    private long nowMonotonicNanos = Long.MIN_VALUE;

    /** @param owners tells to whom belongs what is needed as things are */
    ProcessSurvey(Consumer<Consumer<ProcessIdentity>> owners) {
        this.owners = owners;
    }

    /** Of each the first process that has it is selected, and no later one. */
    void wanted(Collection<Integer> pids) {
        wantedPids = Set.copyOf(pids);
    }

    void register(Collection<ProcessInfo> infos) {
        infos.forEach(info -> linkToParent(of(info.identity()), info.parentPid()));
        // A parent may stand behind its child.
        infos.forEach(info -> linkToParent(of(info.identity()), info.parentPid()));
        if (processes.size() > sweepAt) {
            sweep();
            sweepAt = Math.max(FEW, 2 * processes.size());
        }
    }

    private Known of(ProcessIdentity identity) {
        Known known = processes.get(identity);
        if (known != null) {
            return known;
        }
        Known latest = latestByPid.get(identity.pid());
        if (identity.startNanos() == 0 && latest != null && !latest.exited) {
            return latest;
        }
        Known added = new Known(identity);
        processes.put(identity, added);
        if (latest == null || latest.identity.startNanos() <= identity.startNanos()) {
            latestByPid.put(identity.pid(), added);
        }
        if (wantedPids.contains(identity.pid())) {
            firstOfWantedPid.putIfAbsent(identity.pid(), added);
        }
        return added;
    }

    private void linkToParent(Known child, int parentPid) {
        Known parent = latestByPid.get(parentPid);
        if (parent != null && parent != child && !child.parents.contains(parent)) {
            child.parents.add(parent);
        }
    }

    /** @param monotonicNanos until then */
    void exited(Collection<ProcessIdentity> identities, long monotonicNanos) {
        nowMonotonicNanos = Math.max(nowMonotonicNanos, monotonicNanos);
        for (ProcessIdentity identity : identities) {
            Known known = processes.get(identity);
            if (known != null) {
                exited(known, monotonicNanos);
            }
        }
    }

    void exitedAllBut(Collection<ProcessInfo> living, long monotonicNanos) {
        nowMonotonicNanos = Math.max(nowMonotonicNanos, monotonicNanos);
        Set<ProcessIdentity> found = new HashSet<>();
        living.forEach(info -> found.add(info.identity()));
        for (Known known : processes.values()) {
            if (!found.contains(known.identity)) {
                exited(known, monotonicNanos);
            }
        }
    }

    private static void exited(Known known, long monotonicNanos) {
        if (!known.exited) {
            known.exited = true;
            known.exitedMonotonicNanos = monotonicNanos;
        }
    }

    private void sweep() {
        mark();
        processes.values().removeIf(known -> !known.marked);
        latestByPid.values().removeIf(known -> !known.marked);
        processes.values().forEach(known -> known.marked = false);
    }

    private void mark() {
        ArrayDeque<Known> open = new ArrayDeque<>();
        for (Known known : processes.values()) {
            if (!known.exited || known.exitedMonotonicNanos >= nowMonotonicNanos - RECENT_NANOS) {
                mark(known, open);
            }
        }
        firstOfWantedPid.values().forEach(known -> mark(known, open));
        owners.accept(identity -> {
            mark(processes.get(identity), open);
            if (identity.startNanos() == 0) {
                mark(latestByPid.get(identity.pid()), open);
            }
        });
        while (!open.isEmpty()) {
            Known needed = open.remove();
            needed.parents.forEach(parent -> mark(parent, open));
            // Without it the number would be this one's again, and with it the children of whoever had it later.
            mark(latestByPid.get(needed.identity.pid()), open);
        }
    }

    private static void mark(@Nullable Known known, ArrayDeque<Known> open) {
        if (known != null && !known.marked) {
            known.marked = true;
            open.add(known);
        }
    }

    /** Nothing more comes: from now on it may be asked. */
    void end() {
        sweep();
    }

    boolean needs(ProcessIdentity identity) {
        return processes.containsKey(identity);
    }
}
