package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.host.linux.bpf.KnownSocket.Ownership;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands the records of the ring, in their order, to those that keep account of processes and sockets. */
final class RecordReader {
    private final ProcessTracker processes;
    private final SocketTracker sockets;
    private final ProcessUsers users;
    private final EventTimes times;
    private final HeldByProcess held;
    private final @Nullable BpfPrefilter prefilter;
    /** Pids that execute a program in what was begun, by the time of their last exec. */
    private final Map<Integer, Long> execNanos = new HashMap<>();

    /** What pids are about to execute: each until the exec itself is told, which is the process's next record. */
    private final Map<Integer, ExecutedProgram> programs = new HashMap<>();

    private final Set<Long> unknownCookies = new HashSet<>();
    private final Set<Integer> takers = new HashSet<>();
    private long unreadable;

    /** What a process holds now; empty where that cannot be told. */
    interface HeldByProcess {
        Set<Long> cookiesOf(int pid);
    }

    RecordReader(
            ProcessTracker processes,
            SocketTracker sockets,
            ProcessUsers users,
            EventTimes times,
            HeldByProcess held,
            @Nullable BpfPrefilter prefilter) {
        this.processes = processes;
        this.sockets = sockets;
        this.users = users;
        this.times = times;
        this.held = held;
        this.prefilter = prefilter;
    }

    /** Begins to read what is in the ring up to {@code until}; returns the position up to which it can be read. */
    long begin(BpfRingBuffer ring, long until) {
        execNanos.clear();
        return ring.peek(until, this::noteExec);
    }

    /**
     * Reads on.
     *
     * @param reached as {@link #begin} returned it
     * @param mostBytes of the ring, but at least one record
     * @return whether all up to {@code reached} is read
     */
    boolean read(BpfRingBuffer ring, long reached, long mostBytes) {
        long left = reached - ring.consumerPosition();
        return ring.read(left > mostBytes ? reached - left + mostBytes : reached, this::read) == reached;
    }

    /** Cookies of used sockets of which no record has told; taken out. */
    Set<Long> takeUnknownCookies() {
        Set<Long> taken = Set.copyOf(unknownCookies);
        unknownCookies.clear();
        return taken;
    }

    /** Pids of those who were, or may have been, given sockets, and of those who were trusted until now; taken out. */
    Set<Integer> takeTakers() {
        Set<Integer> taken = Set.copyOf(takers);
        takers.clear();
        return taken;
    }

    /** Records of a form that this program does not know, since the beginning. */
    long unreadable() {
        return unreadable;
    }

    private void noteExec(ByteBuffer bytes, int at, int length) {
        if (FlowRecordLayout.isWhole(bytes, at, length)
                && bytes.getInt(at + FlowRecordLayout.KIND) == FlowRecordLayout.PROCESS_EXECUTED) {
            execNanos.put(bytes.getInt(at + FlowRecordLayout.TGID), bytes.getLong(at + FlowRecordLayout.TIME_NS));
        }
    }

    private void read(ByteBuffer bytes, int at, int length) {
        if (!FlowRecordLayout.isWhole(bytes, at, length)) {
            unreadable++;
            return;
        }
        long nanos = bytes.getLong(at + FlowRecordLayout.TIME_NS);
        int pid = bytes.getInt(at + FlowRecordLayout.TGID);
        switch (bytes.getInt(at + FlowRecordLayout.KIND)) {
            case FlowRecordLayout.SOCKET_OPENED -> opened(bytes, at, nanos);
            case FlowRecordLayout.SOCKET_USED -> used(bytes, at, nanos);
            case FlowRecordLayout.SOCKET_GIVEN -> given(bytes, at, nanos);
            case FlowRecordLayout.SOCKET_RELEASED, FlowRecordLayout.SOCKET_ENDED ->
                sockets.closed(bytes.getLong(at + FlowRecordLayout.COOKIE), processes.find(pid), nanos);
            case FlowRecordLayout.PROCESS_FORKED, FlowRecordLayout.TRUSTED_FORKED -> forked(bytes, at, pid, nanos);
            case FlowRecordLayout.DESCRIPTORS_TAKEN -> takers.add(pid);
            case FlowRecordLayout.PROCESS_FILE -> programs.put(pid, program(bytes, at));
            case FlowRecordLayout.PROCESS_EXECUTED -> {
                changed(pid);
                executed(bytes, at, pid, nanos);
            }
            case FlowRecordLayout.PROCESS_EXITED -> {
                programs.remove(pid);
                KnownProcess ended = processes.exited(pid, nanos);
                if (ended != null) {
                    sockets.exited(ended, nanos);
                }
            }
            case FlowRecordLayout.PROCESS_RENAMED -> {
                changed(pid);
                Long exec = execNanos.get(pid);
                if (exec == null || exec < nanos) {
                    processes.renamed(pid, times.of(nanos));
                }
            }
            default -> throw new IllegalStateException("isWhole knows all kinds");
        }
    }

    private void count(ByteBuffer bytes, int at) {
        if (prefilter != null && (bytes.getShort(at + FlowRecordLayout.FLAGS) & FlowRecordLayout.MARKED) != 0) {
            prefilter.told(
                    bytes.get(at + FlowRecordLayout.PROTOCOL) == TransportProtocol.TCP,
                    bytes.getShort(at + FlowRecordLayout.LOCAL_PORT) & 0xffff);
        }
    }

    private void changed(int pid) {
        // What it was given while it was trusted was not told.
        if (prefilter != null && prefilter.changed(pid)) {
            takers.add(pid);
        }
    }

    private void opened(ByteBuffer bytes, int at, long nanos) {
        count(bytes, at);
        long since = bytes.getLong(at + FlowRecordLayout.SINCE_NS);
        int flags = bytes.getShort(at + FlowRecordLayout.FLAGS);
        ObservedTime observed = times.backFrom(nanos, since);
        long cookie = bytes.getLong(at + FlowRecordLayout.COOKIE);
        KnownProcess maker = processOf(bytes, at);
        boolean accepted = (flags & FlowRecordLayout.ACCEPTED) != 0;
        Ownership ownership = new Ownership(FlowRecordLayout.tuple(bytes, at), FlowRecordLayout.state(bytes, at));
        sockets.opened(
                cookie,
                accepted ? bytes.getLong(at + FlowRecordLayout.LISTENER_COOKIE) : 0,
                bytes.getLong(at + FlowRecordLayout.NETNS_COOKIE),
                ownership,
                maker,
                observed);
        noteUsers(cookie, maker, userId(bytes, at + FlowRecordLayout.UID), flags, ownership.state(), nanos);
    }

    private void noteUsers(
            long cookie, @Nullable KnownProcess maker, long userId, int flags, SocketState state, long nanos) {
        if ((flags & (FlowRecordLayout.ACCEPTED | FlowRecordLayout.AT_INGRESS)) != 0) {
            sockets.ownersOf(cookie).forEach(owner -> users.doubt(owner, nanos));
        }
        if (maker == null || (flags & FlowRecordLayout.ACCEPTED) != 0) {
            return;
        }
        // Bind and connect note the user of that moment; listen and packets find an earlier one.
        if ((flags & ~FlowRecordLayout.MARKED) == 0 && state != SocketState.LISTENING) {
            users.shown(maker, userId, nanos);
        } else {
            users.shownEarlier(maker, userId, nanos);
        }
    }

    private void used(ByteBuffer bytes, int at, long nanos) {
        count(bytes, at);
        KnownProcess user = processOf(bytes, at);
        int flags = bytes.getShort(at + FlowRecordLayout.FLAGS);
        long cookie = bytes.getLong(at + FlowRecordLayout.COOKIE);
        if (user != null) {
            users.shown(user, userId(bytes, at + FlowRecordLayout.UID), nanos);
        }
        if (user != null
                && !sockets.used(
                        cookie,
                        (flags & FlowRecordLayout.ACCEPTED) != 0,
                        bytes.get(at + FlowRecordLayout.PROTOCOL) == TransportProtocol.TCP,
                        (flags & FlowRecordLayout.DATA) != 0,
                        bytes.getLong(at + FlowRecordLayout.NETNS_COOKIE),
                        user,
                        nanos,
                        bytes.getLong(at + FlowRecordLayout.SINCE_NS))) {
            unknownCookies.add(cookie);
        }
    }

    private void given(ByteBuffer bytes, int at, long nanos) {
        KnownProcess taker = processOf(bytes, at);
        long cookie = bytes.getLong(at + FlowRecordLayout.COOKIE);
        if (taker == null) {
            return;
        }
        users.shown(taker, userId(bytes, at + FlowRecordLayout.UID), nanos);
        if (!sockets.given(
                cookie,
                bytes.get(at + FlowRecordLayout.PROTOCOL) == TransportProtocol.TCP,
                bytes.getShort(at + FlowRecordLayout.LOCAL_PORT) != 0,
                bytes.getLong(at + FlowRecordLayout.NETNS_COOKIE),
                taker,
                nanos)) {
            unknownCookies.add(cookie);
        }
    }

    private @Nullable KnownProcess processOf(ByteBuffer bytes, int at) {
        int pid = bytes.getInt(at + FlowRecordLayout.TGID);
        if (pid == 0) {
            return null;
        }
        KnownProcess process = processes.find(pid);
        return process != null
                ? process
                : processes.known(
                        pid,
                        FlowRecordLayout.text(bytes, at + FlowRecordLayout.COMM, FlowRecordLayout.COMM_BYTES),
                        userId(bytes, at + FlowRecordLayout.UID));
    }

    private void forked(ByteBuffer bytes, int at, int pid, long nanos) {
        if (prefilter != null) {
            prefilter.forked(pid, bytes.getInt(at + FlowRecordLayout.KIND) == FlowRecordLayout.TRUSTED_FORKED);
        }
        int parentPid = bytes.getInt(at + FlowRecordLayout.PARENT_TGID);
        long userId = userId(bytes, at + FlowRecordLayout.PROCESS_UID);
        KnownProcess child = processes.forked(pid, parentPid, comm(bytes, at), userId, nanos);
        KnownProcess parent = processes.find(parentPid);
        if (parent != null) {
            users.shown(parent, userId, nanos);
        }
        if (child == null || parent == null || parent.sockets.isEmpty()) {
            return;
        }
        Long exec = execNanos.get(pid);
        if (exec == null || exec < nanos) {
            sockets.inherited(parent, child, nanos);
        } else {
            child.mayHaveInherited = true;
        }
    }

    private void executed(ByteBuffer bytes, int at, int pid, long nanos) {
        String path = FlowRecordLayout.text(bytes, at + FlowRecordLayout.PATH, FlowRecordLayout.PATH_BYTES);
        long userId = userId(bytes, at + FlowRecordLayout.PROCESS_UID);
        ExecutedProgram program = programs.getOrDefault(pid, ExecutedProgram.UNKNOWN);
        programs.remove(pid);
        KnownProcess process = processes.executed(pid, path, program, comm(bytes, at), userId, times.of(nanos));
        process.userSeenNanos = nanos;
        if (process.mayHaveInherited || !process.sockets.isEmpty()) {
            process.mayHaveInherited = false;
            sockets.keptAtExec(process, held.cookiesOf(pid), nanos);
        }
    }

    private static ExecutedProgram program(ByteBuffer bytes, int at) {
        return new ExecutedProgram(
                FlowRecordLayout.path(bytes, at),
                FlowRecordLayout.text(bytes, at + FlowRecordLayout.ARGUMENT, FlowRecordLayout.ARGUMENT_BYTES));
    }

    private static String comm(ByteBuffer bytes, int at) {
        return FlowRecordLayout.text(bytes, at + FlowRecordLayout.PROCESS_COMM, FlowRecordLayout.COMM_BYTES);
    }

    private static long userId(ByteBuffer bytes, int at) {
        return bytes.getInt(at) & 0xffff_ffffL;
    }
}
