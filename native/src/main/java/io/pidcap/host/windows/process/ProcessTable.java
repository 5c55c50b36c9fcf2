package io.pidcap.host.windows.process;

import io.pidcap.host.HostException;
import io.pidcap.host.windows.win32.Kernel32Library;
import io.pidcap.host.windows.win32.Win32;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the host. Each is opened once and held open until it has left the list, so that its pid cannot become
 * another's unnoticed. One that may not be opened is known by the list alone: without its path and start.
 *
 * <p>One thread at a time.
 */
public final class ProcessTable implements AutoCloseable {
    private static final String EXE = ".exe";

    private final Kernel32Library kernel32 = Win32.kernel32();
    private final Map<Integer, Known> byPid = new HashMap<>();

    private record Known(ProcessInfo info, @Nullable OpenedProcess opened) {}

    /**
     * Reads the list: opens what is new, lets go of what is gone.
     *
     * @throws HostException where Windows gives no list
     */
    public void refresh() {
        List<ListedProcess> listed = ProcessList.read(kernel32);
        Set<Integer> pids = new HashSet<>();
        Map<Integer, OpenedProcess> fresh = new HashMap<>();
        for (ListedProcess process : listed) {
            int pid = process.pid();
            Known known = byPid.get(pid);
            // Pid 0 is the idle loop.
            if (pid > 0 && pids.add(pid) && (known == null || known.opened == null)) {
                OpenedProcess opened = OpenedProcess.open(kernel32, pid);
                if (opened != null) {
                    fresh.put(pid, opened);
                }
            }
        }
        letGoOfAllBut(pids);
        add(listed, fresh);
    }

    private void letGoOfAllBut(Set<Integer> pids) {
        byPid.entrySet().removeIf(entry -> {
            boolean gone = !pids.contains(entry.getKey());
            OpenedProcess opened = entry.getValue().opened;
            if (gone && opened != null) {
                opened.close();
            }
            return gone;
        });
    }

    private void add(List<ListedProcess> listed, Map<Integer, OpenedProcess> fresh) {
        List<ListedProcess> added = new ArrayList<>();
        for (ListedProcess process : listed) {
            Known known = byPid.get(process.pid());
            if (process.pid() > 0 && (known == null || known.opened == null)) {
                OpenedProcess opened = fresh.remove(process.pid());
                byPid.put(process.pid(), new Known(info(process, opened), opened));
                added.add(process);
            }
        }
        // When the starts of all are known: a parent that is younger than its child only has the pid of the real one.
        for (ListedProcess process : added) {
            byPid.computeIfPresent(
                    process.pid(), (pid, known) -> new Known(withParent(process, known.info), known.opened));
        }
    }

    private ProcessInfo withParent(ListedProcess process, ProcessInfo info) {
        Known parent = byPid.get(process.parentPid());
        boolean isParent = parent != null
                && parent.info.identity().startNanos() <= info.identity().startNanos();
        return isParent ? info(info, process.parentPid()) : info;
    }

    private static ProcessInfo info(ProcessInfo info, int parentPid) {
        return new ProcessInfo(
                info.identity(), parentPid, info.name(), info.comm(), info.executable(), List.of(), info.userId());
    }

    private static ProcessInfo info(ListedProcess process, @Nullable OpenedProcess opened) {
        long start = opened == null ? 0 : opened.startEpochNanos();
        String executable = opened == null ? null : opened.executable();
        String name = executable == null ? process.exeFile() : executable.substring(executable.lastIndexOf('\\') + 1);
        return new ProcessInfo(
                new ProcessIdentity(process.pid(), start), 0, name, withoutExe(name), executable, List.of(), -1);
    }

    /** By which people call a program; it matches beside the whole name. */
    private static String withoutExe(String name) {
        int stem = name.length() - EXE.length();
        return stem > 0 && name.substring(stem).toLowerCase(Locale.ROOT).equals(EXE) ? name.substring(0, stem) : name;
    }

    /** Null: no such process when the list was read last. */
    public @Nullable ProcessInfo find(int pid) {
        Known known = byPid.get(pid);
        return known == null ? null : known.info;
    }

    /** All processes. */
    public Map<ProcessIdentity, ProcessInfo> infos() {
        Map<ProcessIdentity, ProcessInfo> infos = new LinkedHashMap<>();
        byPid.values().forEach(known -> infos.put(known.info.identity(), known.info));
        return infos;
    }

    /** How many may not be opened. */
    public int unopened() {
        return (int)
                byPid.values().stream().filter(known -> known.opened == null).count();
    }

    /** Lets go of all. Idempotent. */
    @Override
    public void close() {
        letGoOfAllBut(Set.of());
    }
}
