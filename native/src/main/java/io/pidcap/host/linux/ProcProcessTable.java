package io.pidcap.host.linux;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes and the sockets that they hold, kept from look to look so that a look reads only what can have changed.
 *
 * <p>At every look each process costs one {@code stat} (is it the same, has it the same number of descriptors?) and one
 * {@code readlink} (does it run the same program?). Everything is read again when one of these differs, and anyway once
 * in {@code looksPerRound} looks: two changes that cancel each other out in the count (a shared socket closed, another
 * file opened) are seen no later than that.
 *
 * <p>A process is known by its parent's pid at first sight; later it may have been adopted, which says nothing of where
 * it came from. A zombie keeps what was read while it lived.
 */
final class ProcProcessTable {
    private static final char ZOMBIE = 'Z';

    private final ProcRoot proc;
    private final ProcessInfoReader infos;
    private final DescriptorReader descriptors;
    private final int looksPerRound;
    /** A process this young may still become another program at any moment: its name is read at every look. */
    private final int looksOfYouth;

    private final Map<Integer, TrackedProcess> byPid = new LinkedHashMap<>();
    private long look;
    private int hidden;

    ProcProcessTable(ProcRoot proc, boolean withArguments, int looksPerRound) {
        this.proc = proc;
        this.looksPerRound = looksPerRound;
        looksOfYouth = 2 * looksPerRound;
        infos = new ProcessInfoReader(proc, withArguments);
        descriptors = new DescriptorReader(proc);
    }

    /** Looks at every process; reads all of it again where {@code everything} is asked for. */
    void refresh(boolean everything) throws IOException {
        look++;
        hidden = 0;
        for (int pid : proc.pids()) {
            refresh(pid, everything || (look + pid) % looksPerRound == 0);
        }
        byPid.values().removeIf(process -> process.seenInLook != look);
    }

    private void refresh(int pid, boolean due) throws IOException {
        TrackedProcess known = byPid.get(pid);
        if (known != null && known.kernelThread && !due) {
            known.seenInLook = look;
            return;
        }
        BasicFileAttributes directory = descriptors.directory(pid);
        TrackedProcess process = directory == null ? null : identify(pid, known, directory, due);
        if (directory == null || process == null) {
            hidden += proc.exists(pid + "/stat") ? 1 : 0;
            return;
        }
        process.seenInLook = look;
        long count = descriptors.count(directory);
        if (!process.kernelThread && (due || count < 0 || count != process.descriptorCount)) {
            process.descriptorCount = count;
            descriptors.scan(process, look);
        }
    }

    private @Nullable TrackedProcess identify(
            int pid, @Nullable TrackedProcess known, BasicFileAttributes directory, boolean due) {
        Object key = directory.fileKey();
        boolean sameDirectory = known != null && key != null && key.equals(known.directoryKey);
        if (known != null && sameDirectory && !due && look - known.firstLook > looksOfYouth) {
            return runsTheSameProgram(known) ? known : reread(pid, known, key);
        }
        return reread(pid, known, key);
    }

    private boolean runsTheSameProgram(TrackedProcess known) {
        String executable = known.info.executable();
        // One whose executable we may not read is looked at by its name, once a round.
        return executable == null || executable.equals(infos.readExecutable(known.identity.pid()));
    }

    private @Nullable TrackedProcess reread(int pid, @Nullable TrackedProcess known, @Nullable Object key) {
        ProcStat stat = infos.readStat(pid);
        if (stat == null) {
            return null;
        }
        TrackedProcess process = known;
        if (known != null && known.identity.startNanos() == stat.startNanos()) {
            if (stat.state() != ZOMBIE) {
                known.info = asBefore(known.info, infos.read(stat, infos.readExecutable(pid)));
            }
        } else {
            process = new TrackedProcess(infos.read(stat, infos.readExecutable(pid)), stat.kernelThread(), look);
            byPid.put(pid, process);
        }
        if (process != null) {
            process.directoryKey = key;
        }
        return process;
    }

    /** The same object where nothing changed, and always the parent that the process had at first. */
    private static ProcessInfo asBefore(ProcessInfo before, ProcessInfo now) {
        ProcessInfo adopted = new ProcessInfo(
                now.identity(),
                before.parentPid(),
                now.name(),
                now.comm(),
                now.executable(),
                now.arguments(),
                now.userId());
        return adopted.equals(before) ? before : adopted;
    }

    /** Reads the descriptors of those whose turn it was not in this look. */
    void scanRest() throws IOException {
        for (TrackedProcess process : byPid.values()) {
            if (process.scannedInLook != look && !process.kernelThread) {
                descriptors.scan(process, look);
            }
        }
    }

    Collection<TrackedProcess> processes() {
        return byPid.values();
    }

    Map<ProcessIdentity, ProcessInfo> infos() {
        Map<ProcessIdentity, ProcessInfo> all = new LinkedHashMap<>(2 * byPid.size());
        for (TrackedProcess process : byPid.values()) {
            all.put(process.identity, process.info);
        }
        return all;
    }

    /** How many processes there are whose sockets we may not see. */
    int unreadable() {
        int count = hidden;
        for (TrackedProcess process : byPid.values()) {
            count += process.readable ? 0 : 1;
        }
        return count;
    }
}
