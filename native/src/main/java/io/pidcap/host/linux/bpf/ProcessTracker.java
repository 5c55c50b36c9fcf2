package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a pid is, at each place in the sequence of records: fork, exec and exit are in the same ring as what the sockets
 * do, so a pid that is used again never means its former owner.
 *
 * <p>A process gets its identity when it is first heard of and keeps it. Its start time is that of /proc while it can be
 * read there; of one that is gone already, that of its fork in the same unit. Names come from /proc too; of one that
 * is gone, from the path that it executed, or else from its parent, whose program it then still was.
 *
 * <p>Without the tracepoints there is only /proc: a pid is looked up at each record that names it, to see that it is
 * still the same process, and exits are found by looking.
 */
final class ProcessTracker {
    private static final long TICK_NANOS = 10_000_000;
    /** A fork is recorded a little after the kernel has taken the child's start time. */
    private static final long SAME_START_NANOS = 3 * TICK_NANOS;
    /** Descriptors are closed after the exit is recorded, some of them by others. */
    private static final long KEEP_EXITED_NANOS = 10_000_000_000L;

    private final HostTables tables;
    private final ExecutablePaths paths;
    private final BatchBuilder batch;
    private final Map<Integer, KnownProcess> byPid = new HashMap<>();
    private final Deque<Exited> exited = new ArrayDeque<>();
    /** Their main thread has ended, others have not. */
    private final List<KnownProcess> headless = new ArrayList<>();

    private final boolean hasTracepoints;
    private long bootOffsetNanos;

    private record Exited(KnownProcess process, long atNanos) {}

    ProcessTracker(HostTables tables, ExecutablePaths paths, BatchBuilder batch, boolean hasTracepoints) {
        this.tables = tables;
        this.paths = paths;
        this.batch = batch;
        this.hasTracepoints = hasTracepoints;
        readBootOffset();
    }

    /** Takes over what a snapshot tells; not told again. */
    void begin(List<ProcessInfo> processes) {
        for (ProcessInfo info : processes) {
            byPid.put(info.identity().pid(), new KnownProcess(info));
        }
    }

    /** Of all that are known. */
    List<ProcessInfo> infos() {
        List<ProcessInfo> infos = new ArrayList<>(byPid.size());
        for (KnownProcess process : byPid.values()) {
            infos.add(process.info);
        }
        return infos;
    }

    /** The process that a pid is now; null: nothing was heard of it. */
    @Nullable
    KnownProcess find(int pid) {
        KnownProcess process = byPid.get(pid);
        if (process != null && !hasTracepoints && isAnother(process)) {
            return null;
        }
        return process;
    }

    private boolean isAnother(KnownProcess process) {
        long start = tables.startNanos(process.identity.pid());
        return start != 0 && start != process.identity.startNanos();
    }

    /** The same; reads it from /proc where nothing was heard of it. */
    KnownProcess known(int pid, String comm, long userId) {
        KnownProcess process = find(pid);
        if (process == null) {
            ProcessInfo read = tables.process(pid);
            process = add(read != null ? read : nameless(new ProcessIdentity(pid, 0), 0, comm, userId));
        }
        return process;
    }

    private static ProcessInfo nameless(ProcessIdentity identity, int parent, String comm, long userId) {
        return new ProcessInfo(identity, parent, comm, comm, null, List.of(), userId);
    }

    private KnownProcess add(ProcessInfo info) {
        KnownProcess process = new KnownProcess(info);
        byPid.put(info.identity().pid(), process);
        batch.process(info);
        return process;
    }

    /** @return the child; null: it is the one that the snapshot told of */
    @Nullable
    KnownProcess forked(int pid, int parentPid, String comm, long userId, long atNanos) {
        long derived = (atNanos + bootOffsetNanos) / TICK_NANOS * TICK_NANOS;
        KnownProcess before = byPid.get(pid);
        if (before != null && !before.exited && isSameStart(before.identity.startNanos(), derived)) {
            return null;
        }
        long read = tables.startNanos(pid);
        ProcessIdentity identity = new ProcessIdentity(pid, isSameStart(read, derived) ? read : derived);
        KnownProcess parent = known(parentPid, comm, userId);
        KnownProcess child = add(new ProcessInfo(
                identity,
                parentPid,
                parent.info.name(),
                comm,
                parent.info.executable(),
                parent.info.arguments(),
                userId));
        child.hasParentsNames = true;
        return child;
    }

    private static boolean isSameStart(long one, long other) {
        return one != 0 && Math.abs(one - other) <= SAME_START_NANOS;
    }

    /**
     * @param path as it was given
     * @param program what is executed
     * @param at when
     */
    KnownProcess executed(int pid, String path, ExecutedProgram program, String comm, long userId, ObservedTime at) {
        KnownProcess process = known(pid, comm, userId);
        ProcessInfo read = tables.process(pid);
        ProcessInfo now = read != null && shows(read, process, program, comm)
                ? withParent(read, process, userId)
                : fromRecords(process, path, program, comm, userId);
        if (process.hasParentsNames) {
            process.hasParentsNames = false;
            tell(process, now.withOwnProgramSince(at));
        } else if (!now.equals(process.info)) {
            tell(process, now.withChangedSince(at));
        }
        return process;
    }

    /** Whether /proc still shows what was executed then: a process may have gone on to another program since. */
    private static boolean shows(ProcessInfo read, KnownProcess process, ExecutedProgram program, String comm) {
        if (!read.identity().equals(process.identity) || !comm.equals(read.comm())) {
            return false;
        }
        if (!program.isKnown()) {
            return read.executable() != null;
        }
        String firstArgument =
                read.arguments().isEmpty() ? "" : read.arguments().get(0);
        return program.file().equals(read.executable()) && firstArgument.equals(program.firstArgument());
    }

    /** The parent that it had at first: another one only adopted it. And the user that it had at the exec. */
    private static ProcessInfo withParent(ProcessInfo read, KnownProcess process, long userId) {
        return new ProcessInfo(
                process.identity,
                process.info.parentPid() != 0 ? process.info.parentPid() : read.parentPid(),
                read.name(),
                read.comm(),
                read.executable(),
                read.arguments(),
                userId);
    }

    private ProcessInfo fromRecords(
            KnownProcess process, String path, ExecutedProgram program, String comm, long userId) {
        String executable = program.isKnown() ? program.file() : paths.resolve(absolute(process, path));
        // Where argv[0] is not known, the path that it was started by is the nearest.
        String firstArgument = program.isKnown() ? program.firstArgument() : path;
        String known = executable != null ? executable : path;
        String name = known.substring(known.lastIndexOf('/') + 1);
        return new ProcessInfo(
                process.identity,
                process.info.parentPid(),
                executable == null && (path.isEmpty() || path.startsWith("/dev/fd/")) ? comm : name,
                comm,
                executable,
                firstArgument.isEmpty() ? List.of() : List.of(firstArgument),
                userId);
    }

    private void tell(KnownProcess process, ProcessInfo info) {
        process.info = info;
        batch.process(info);
    }

    /**
     * Of a relative path, what it means in the directory of the process or, where that is gone, in its parent's: few
     * start a program in another directory than their own.
     */
    private String absolute(KnownProcess process, String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return path;
        }
        String own = tables.workingDirectory(process.identity.pid());
        String directory = own != null ? own : tables.workingDirectory(process.info.parentPid());
        return directory == null ? path : directory + "/" + path;
    }

    /**
     * Takes over what a new list of all processes tells, after records were lost.
     *
     * @param since what began or changed unseen is dated so
     * @return those that ended unseen
     */
    List<KnownProcess> correct(List<ProcessInfo> listed, ObservedTime since, long nowNanos) {
        List<KnownProcess> ended = new ArrayList<>();
        Set<Integer> there = new HashSet<>();
        for (ProcessInfo info : listed) {
            there.add(info.identity().pid());
            KnownProcess known = byPid.get(info.identity().pid());
            if (known != null
                    && isSameStart(known.identity.startNanos(), info.identity().startNanos())) {
                // What has ended and was not waited for is in the list too.
                if (!known.exited && !endIfOver(known, info.executable() == null, nowNanos, ended)) {
                    correct(known, info, since);
                }
            } else {
                if (known != null && !known.exited) {
                    end(known, nowNanos);
                    ended.add(known);
                }
                add(info);
            }
        }
        for (KnownProcess known : List.copyOf(byPid.values())) {
            endIfOver(known, !known.exited && !there.contains(known.identity.pid()), nowNanos, ended);
        }
        headless.removeAll(ended);
        return ended;
    }

    private boolean endIfOver(KnownProcess process, boolean mayBeOver, long nowNanos, List<KnownProcess> ended) {
        boolean isOver = mayBeOver && !tables.isRunning(process.identity);
        if (isOver) {
            end(process, nowNanos);
            ended.add(process);
        }
        return isOver;
    }

    private void correct(KnownProcess process, ProcessInfo read, ObservedTime since) {
        ProcessInfo known = process.info;
        if (read.executable() == null && known.executable() != null) {
            return;
        }
        boolean isSameProgram = read.name().equals(known.name())
                && Objects.equals(read.executable(), known.executable())
                && read.arguments().equals(known.arguments());
        if (isSameProgram && read.userId() == known.userId()) {
            renamed(process.identity.pid(), since);
            return;
        }
        ProcessInfo now = withParent(read, process, read.userId());
        boolean beganItsOwn = process.hasParentsNames && !isSameProgram;
        process.hasParentsNames &= isSameProgram;
        tell(process, beganItsOwn ? now.withOwnProgramSince(since) : now.withChangedSince(since));
    }

    /** Its main thread has another name now. */
    void renamed(int pid, ObservedTime at) {
        KnownProcess process = byPid.get(pid);
        ProcessInfo read = process == null ? null : tables.process(pid);
        if (process == null || read == null || !read.identity().equals(process.identity)) {
            return;
        }
        ProcessInfo known = process.info;
        if (!Objects.equals(read.executable(), known.executable())) {
            // It executes another program by now, whose name it is.
            return;
        }
        if (!read.comm().equals(known.comm())) {
            // One whose executable cannot be read is called by it.
            boolean isCalledByIt = known.name().equals(known.comm());
            ProcessInfo now = new ProcessInfo(
                    process.identity,
                    known.parentPid(),
                    isCalledByIt && known.executable() == null ? read.comm() : known.name(),
                    read.comm(),
                    known.executable(),
                    known.arguments(),
                    known.userId());
            tell(process, now.withChangedSince(at));
        }
    }

    /** @return the process, if its last thread has ended */
    @Nullable
    KnownProcess exited(int pid, long atNanos) {
        KnownProcess process = byPid.get(pid);
        if (process == null || process.exited) {
            return null;
        }
        if (tables.isRunning(process.identity)) {
            headless.add(process);
            return null;
        }
        end(process, atNanos);
        return process;
    }

    private void end(KnownProcess process, long atNanos) {
        process.exited = true;
        exited.addLast(new Exited(process, atNanos));
        batch.exit(process.identity);
    }

    /** Whether {@link #endHeadless} has to be called again soon. */
    boolean hasHeadless() {
        return !headless.isEmpty();
    }

    /** At each poll: ends those whose other threads have ended too. */
    List<KnownProcess> endHeadless(long nowNanos) {
        if (headless.isEmpty()) {
            return List.of();
        }
        List<KnownProcess> ended = new ArrayList<>();
        for (Iterator<KnownProcess> each = headless.iterator(); each.hasNext(); ) {
            KnownProcess process = each.next();
            if (!tables.isRunning(process.identity)) {
                each.remove();
                end(process, nowNanos);
                ended.add(process);
            }
        }
        return ended;
    }

    /** Now and then: forgets those that ended long ago. Returns those whose end nobody told. */
    List<KnownProcess> tidy(long nowNanos) {
        readBootOffset();
        while (!exited.isEmpty() && exited.getFirst().atNanos < nowNanos - KEEP_EXITED_NANOS) {
            KnownProcess process = exited.removeFirst().process;
            byPid.remove(process.identity.pid(), process);
        }
        List<KnownProcess> ended = new ArrayList<>();
        if (!hasTracepoints) {
            for (KnownProcess process : byPid.values()) {
                if (!process.exited && !tables.isRunning(process.identity)) {
                    end(process, nowNanos);
                    ended.add(process);
                }
            }
        }
        return ended;
    }

    /** How far the clock of start times, which counts suspended time too, is ahead of that of the records. */
    private void readBootOffset() {
        long[] time = new long[2];
        long before = System.nanoTime();
        NativeCalls.checked(
                LibcLibrary.INSTANCE.clock_gettime(LibcLibrary.CLOCK_BOOTTIME, time), "read the time since boot");
        long width = System.nanoTime() - before;
        bootOffsetNanos = time[0] * 1_000_000_000L + time[1] - before - width / 2;
    }
}
