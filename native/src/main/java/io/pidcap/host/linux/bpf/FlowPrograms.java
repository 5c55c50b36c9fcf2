package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs, loaded and attached: those that every kernel must have, and those that a kernel may lack, of which the
 * reasons are kept. What a kernel has is found out by trying.
 */
final class FlowPrograms implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FlowPrograms.class);

    private static final List<String> CGROUP_PROGRAMS = List.of(
            "sock_create",
            "sock_release",
            "post_bind4",
            "post_bind6",
            "connect4",
            "connect6",
            "getpeername4",
            "getpeername6",
            "getsockname4",
            "getsockname6",
            "tcp_state",
            "packet_out",
            "packet_in");
    /** They cost each datagram something, and are needed only where {@code datagram_users} does not load. */
    private static final List<String> DATAGRAM_PROGRAMS = List.of("sendmsg4", "sendmsg6", "recvmsg4", "recvmsg6");

    private static final String EXEC = "sched/sched_process_exec";
    private static final String NEW_TASK = "task/task_newtask";
    private static final String EXIT = "sched/sched_process_exit";
    private static final String RENAME = "task/task_rename";
    private static final String FORKED_PROGRAM = "process_forked";
    private static final String EXECUTED_PROGRAM = "process_executed";
    private static final String FILE_PROGRAM = "executed_file";
    private static final String EXITED_PROGRAM = "process_exited";
    private static final String RENAMED_PROGRAM = "process_renamed";
    private static final String RECEIVED_PROGRAM = "tcp_received";
    private static final String SENDS_PROGRAM = "tcp_sends";
    private static final String TAKERS_PROGRAM = "local_receive";
    static final List<String> SHARED_MAPS =
            List.of("sockets", "records", "numbers", "watched", "marks", "reached", "given");

    private final BpfObject flows;
    private final @Nullable BpfObject files;
    private final @Nullable BpfObject users;
    private final @Nullable BpfObject senders;
    private final @Nullable BpfObject takers;
    private final @Nullable BpfObject datagramUsers;
    private final boolean wholeHost;
    private final String cgroup;
    private final List<String> missing;
    private boolean datagramUsersAttached;
    private boolean datagramUsersRefused;

    private FlowPrograms(
            BpfObject flows,
            @Nullable BpfObject files,
            @Nullable BpfObject users,
            @Nullable BpfObject senders,
            @Nullable BpfObject takers,
            @Nullable BpfObject datagramUsers,
            CgroupRoot root,
            List<String> missing) {
        this.flows = flows;
        this.files = files;
        this.users = users;
        this.senders = senders;
        this.takers = takers;
        this.datagramUsers = datagramUsers;
        wholeHost = root.wholeHost();
        cgroup = root.where();
        this.missing = missing;
    }

    /**
     * @param ringBytes the size of the ring, a power of two and a multiple of the page size
     * @param forPrefilter keep count for a {@link BpfPrefilter}
     * @param processesAreTold run once every fork, exec and exit is told from then on, while the rest is still loaded;
     *     not run where the kernel does not tell them
     * @throws HostException why the programs without which nothing is exact do not load or attach
     */
    static FlowPrograms attach(
            LibBpf bpf, Set<OptionalPart> wanted, int ringBytes, boolean forPrefilter, Runnable processesAreTold) {
        // Until Linux 5.11 maps count as locked memory; later the limit does not matter, so a refusal neither.
        LibcLibrary.INSTANCE.setrlimit(LibcLibrary.RLIMIT_MEMLOCK, new long[] {-1, -1});
        List<String> missing = new ArrayList<>();
        List<BpfObject> opened = new ArrayList<>();
        try (CgroupRoot root = CgroupRoot.open()) {
            BpfObject flows = open(bpf, "flow_events", opened);
            flows.resize("records", ringBytes);
            if (!forPrefilter) {
                flows.resize("marks", 1);
                flows.resize("reached", 1);
            }
            flows.load();
            BpfObject files = tryFiles(bpf, wanted, flows, opened, missing);
            try {
                require(wanted, OptionalPart.PROCESS_TRACEPOINTS);
                attachTracepoints(flows);
                processesAreTold.run();
            } catch (HostException e) {
                missing.add("processes that end within milliseconds are known by a name of 15 characters only: "
                        + e.getMessage());
                log.info("without the tracepoints of processes: {}", e.getMessage());
            }
            BpfObject users = tryUsers(bpf, wanted, flows, opened, missing);
            BpfObject senders = trySenders(bpf, wanted, flows, opened, missing);
            BpfObject takers = tryTakers(bpf, wanted, flows, root, opened, missing);
            BpfObject datagramUsers = tryDatagramUsers(bpf, wanted, flows, opened);
            for (String program : CGROUP_PROGRAMS) {
                flows.attachToCgroup(program, root.descriptor());
            }
            if (datagramUsers == null) {
                for (String program : DATAGRAM_PROGRAMS) {
                    flows.attachToCgroup(program, root.descriptor());
                }
            }
            return new FlowPrograms(flows, files, users, senders, takers, datagramUsers, root, missing);
        } catch (RuntimeException e) {
            opened.forEach(BpfObject::close);
            throw e;
        }
    }

    /** What is not wanted is as if the kernel did not have it. */
    static void require(Set<OptionalPart> wanted, OptionalPart part) {
        if (!wanted.contains(part)) {
            throw new HostException(HostException.Code.NOT_SUPPORTED, part + " is not wanted", "");
        }
    }

    private static BpfObject open(LibBpf bpf, String name, List<BpfObject> opened) {
        BpfObject object = BpfObject.open(bpf, name);
        opened.add(object);
        return object;
    }

    private static void attachTracepoints(BpfObject flows) {
        List<Tracepoint> found = Tracepoint.find(List.of(NEW_TASK, EXEC, EXIT, RENAME));
        // The fields for which the programs were compiled: struct task_newtask, struct sched_process_exec.
        found.get(0).require("pid", 8);
        found.get(0).require("clone_flags", 32);
        found.get(1).require("filename", 8);
        found.get(0).attach(flows, FORKED_PROGRAM);
        found.get(1).attach(flows, EXECUTED_PROGRAM);
        found.get(2).attach(flows, EXITED_PROGRAM);
        found.get(3).attach(flows, RENAMED_PROGRAM);
    }

    /** Before those that tell of processes: a file is told before its exec. */
    private static @Nullable BpfObject tryFiles(
            LibBpf bpf, Set<OptionalPart> wanted, BpfObject flows, List<BpfObject> opened, List<String> missing) {
        try {
            require(wanted, OptionalPart.EXECUTED_FILES);
            require(wanted, OptionalPart.PROCESS_TRACEPOINTS);
            BpfObject files = loadShared(bpf, "executed_files", flows, opened);
            Tracepoint.find(List.of(EXEC)).get(0).attach(files, FILE_PROGRAM);
            return files;
        } catch (HostException e) {
            missing.add("the executable of a process that ends within milliseconds is not known if it was started by a"
                    + " path relative to another directory than its parent's: " + e.getMessage());
            log.info("without the files that are executed: {}", e.getMessage());
            return null;
        }
    }

    private static @Nullable BpfObject tryUsers(
            LibBpf bpf, Set<OptionalPart> wanted, BpfObject flows, List<BpfObject> opened, List<String> missing) {
        try {
            require(wanted, OptionalPart.TCP_USERS);
            BpfObject users = loadShared(bpf, "socket_users", flows, opened);
            users.attach(RECEIVED_PROGRAM);
            return users;
        } catch (HostException e) {
            missing.add("a connection accepted by one of several processes counts as all of theirs: " + e.getMessage());
            log.info("without the tracepoint of TCP receives: {}", e.getMessage());
            return null;
        }
    }

    private static @Nullable BpfObject trySenders(
            LibBpf bpf, Set<OptionalPart> wanted, BpfObject flows, List<BpfObject> opened, List<String> missing) {
        try {
            require(wanted, OptionalPart.TCP_USERS);
            BpfObject senders = loadShared(bpf, "tcp_senders", flows, opened);
            senders.attach(SENDS_PROGRAM);
            return senders;
        } catch (HostException e) {
            missing.add("a TCP connection that is handed to another process counts as the giver's too until the taker"
                    + " receives by it: " + e.getMessage());
            log.info("without the tracepoint of TCP sends: {}", e.getMessage());
            return null;
        }
    }

    private static @Nullable BpfObject tryTakers(
            LibBpf bpf,
            Set<OptionalPart> wanted,
            BpfObject flows,
            CgroupRoot root,
            List<BpfObject> opened,
            List<String> missing) {
        try {
            require(wanted, OptionalPart.SOCKET_TAKERS);
            BpfObject takers = open(bpf, "given_sockets", opened);
            takers.expectAttachType(TAKERS_PROGRAM, LibBpfLibrary.BPF_CGROUP_UNIX_RECVMSG);
            loadShared(takers, flows);
            takers.attachToCgroup(TAKERS_PROGRAM, root.descriptor());
            return takers;
        } catch (HostException e) {
            missing.add("a socket that is given to another process counts as the giver's until the taker uses it: "
                    + e.getMessage());
            log.info("without the hook of receives by local sockets: {}", e.getMessage());
            return null;
        }
    }

    private static @Nullable BpfObject tryDatagramUsers(
            LibBpf bpf, Set<OptionalPart> wanted, BpfObject flows, List<BpfObject> opened) {
        try {
            require(wanted, OptionalPart.DATAGRAM_USERS);
            return loadShared(bpf, "datagram_users", flows, opened);
        } catch (HostException e) {
            log.info("without the tracepoints of sends and receives: {}", e.getMessage());
            return null;
        }
    }

    private static BpfObject loadShared(LibBpf bpf, String name, BpfObject flows, List<BpfObject> opened) {
        BpfObject object = open(bpf, name, opened);
        loadShared(object, flows);
        return object;
    }

    private static void loadShared(BpfObject object, BpfObject flows) {
        for (String map : SHARED_MAPS) {
            object.share(map, flows);
        }
        object.load();
    }

    BpfObject flows() {
        return flows;
    }

    boolean hasTracepoints() {
        return flows.isAttached(EXITED_PROGRAM);
    }

    boolean hasFiles() {
        return files != null;
    }

    boolean hasUsers() {
        return users != null;
    }

    boolean hasSenders() {
        return senders != null;
    }

    boolean hasTakers() {
        return takers != null;
    }

    /** False: attached inside a container, whose processes alone are seen. */
    boolean wholeHost() {
        return wholeHost;
    }

    String cgroup() {
        return cgroup;
    }

    /** What this kernel lacks and what that means for the user. */
    List<String> missing() {
        return missing;
    }

    /** Asks who sends and receives datagrams, or stops asking: it costs each call something. */
    void askDatagramUsers(boolean ask) {
        BpfObject object = datagramUsers;
        if (object == null || datagramUsersRefused || ask == datagramUsersAttached) {
            return;
        }
        try {
            for (String program : List.of("sent", "received")) {
                if (ask) {
                    object.attach(program);
                } else {
                    object.detach(program);
                }
            }
            datagramUsersAttached = ask;
        } catch (HostException e) {
            datagramUsersRefused = true;
            log.warn("cannot ask who uses shared sockets", e);
        }
    }

    @Override
    public void close() {
        if (datagramUsers != null) {
            datagramUsers.close();
        }
        if (takers != null) {
            takers.close();
        }
        if (senders != null) {
            senders.close();
        }
        if (users != null) {
            users.close();
        }
        if (files != null) {
            files.close();
        }
        flows.close();
    }
}
