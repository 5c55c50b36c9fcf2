package io.pidcap.host.windows.windivert;

import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whose event it was. A process is looked up when its first event comes in, because it may have ended a moment later; the list
 * of processes is read again for each pid that is not known, and every second for those that never have an event.
 *
 * <p>One thread at a time.
 */
final class EventProcesses {
    /** The name of one that had ended before its first event was read; a file name cannot have these brackets. */
    static final String ENDED = "<ended>";

    private final ProcessTable table;
    /** The last that was told of each pid. */
    private final Map<Integer, ProcessInfo> told = new HashMap<>();
    /** For events of whose time no process was found since the last {@link #refreshed}: not looked for again till the next. */
    private final Set<Integer> absent = new HashSet<>();

    private List<ProcessInfo> news = new ArrayList<>();
    private List<ProcessIdentity> gone = new ArrayList<>();

    EventProcesses(ProcessTable table) {
        this.table = table;
    }

    /** Begins with those that the snapshot told. */
    void begin(List<ProcessInfo> snapshot) {
        snapshot.forEach(info -> told.put(info.identity().pid(), info));
    }

    /** Who had {@code pid} at a time. */
    ProcessInfo of(int pid, long epochNanos) {
        ProcessInfo known = told.get(pid);
        if (known != null && mayHaveLivedAt(known, epochNanos)) {
            return known;
        }
        if (!absent.contains(pid)) {
            list();
            known = told.get(pid);
            if (known != null && mayHaveLivedAt(known, epochNanos)) {
                return known;
            }
        }
        ProcessInfo ended = new ProcessInfo(new ProcessIdentity(pid, 0), 0, ENDED, ENDED, null, List.of(), -1);
        absent.add(pid);
        if (known == null) {
            told.put(pid, ended);
        }
        news.add(ended);
        return ended;
    }

    private static boolean mayHaveLivedAt(ProcessInfo info, long epochNanos) {
        return info.identity().startNanos() <= epochNanos;
    }

    /** To be called every second, when somebody has read the table anew. */
    void refreshed() {
        absent.clear();
        adopt();
    }

    private void list() {
        table.refresh();
        adopt();
    }

    private void adopt() {
        Map<ProcessIdentity, ProcessInfo> now = table.infos();
        told.values().removeIf(info -> {
            boolean ended = !now.containsKey(info.identity());
            if (ended) {
                gone.add(info.identity());
            }
            return ended;
        });
        for (ProcessInfo info : now.values()) {
            ProcessInfo before = told.put(info.identity().pid(), info);
            if (!info.equals(before)) {
                news.add(info);
            }
        }
    }

    /** Those found or changed since the last call. */
    List<ProcessInfo> takeNews() {
        List<ProcessInfo> taken = news;
        news = new ArrayList<>();
        return taken;
    }

    /** Those that ended since the last call. */
    List<ProcessIdentity> takeGone() {
        List<ProcessIdentity> taken = gone;
        gone = new ArrayList<>();
        return taken;
    }
}
