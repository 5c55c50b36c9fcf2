package io.pidcap.host.linux;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tries what the event side needs of Linux. */
final class EventFeatures {
    private static final int MOST_BYTES = 1 << 20;
    private static final String MORE_PERMISSION = "run pidcap as root, or give its java the capability CAP_SYS_PTRACE";

    private final ProcRoot proc;
    private final ProcessInfoReader processes;

    EventFeatures(ProcRoot proc) {
        this.proc = proc;
        processes = new ProcessInfoReader(proc, false);
    }

    List<HostFeature> probe() {
        return List.of(kernel(), socketTables(), otherProcesses(), networkNamespaces(), flowEvents());
    }

    private HostFeature kernel() {
        try {
            return available("kernel", "Linux " + text("sys/kernel/osrelease").strip());
        } catch (IOException e) {
            return unknown("kernel", e, "");
        }
    }

    private HostFeature socketTables() {
        try {
            long rows = text("self/net/tcp").lines().count() - 1;
            boolean ipv6 = proc.exists("self/net/tcp6");
            return available(
                    "socket-tables",
                    "read " + proc.name("self/net/tcp") + ": " + rows + " rows"
                            + (ipv6 ? "" : "; this kernel has no IPv6"));
        } catch (IOException e) {
            return new HostFeature(
                    "socket-tables", Availability.UNAVAILABLE, words(e), "mount the proc file system at /proc");
        }
    }

    /** Tries every process: whether one of another user is among them is not known before. */
    private HostFeature otherProcesses() {
        try {
            int seen = 0;
            int refused = 0;
            for (int pid : userProcesses()) {
                if (isRefused(pid)) {
                    refused++;
                } else {
                    seen++;
                }
            }
            // With hidepid=2 those of others are not even listed; the first process is always one of root's.
            if (!proc.exists("1/stat")) {
                return new HostFeature(
                        "all-processes",
                        Availability.UNAVAILABLE,
                        "/proc is mounted with hidepid: of all processes " + seen + " can be seen",
                        MORE_PERMISSION);
            }
            String detail = "the sockets of " + seen + " of " + (seen + refused) + " processes can be seen"
                    + (refused == 0 ? "" : "; permission denied (13) for the others");
            return withPermission("all-processes", detail, refused);
        } catch (IOException e) {
            return unknown("all-processes", e, MORE_PERMISSION);
        }
    }

    /** Kernel threads have no sockets of their own. */
    private List<Integer> userProcesses() throws IOException {
        List<Integer> pids = new ArrayList<>();
        for (int pid : proc.pids()) {
            ProcStat stat = processes.readStat(pid);
            if (stat != null && !stat.kernelThread()) {
                pids.add(pid);
            }
        }
        return pids;
    }

    /** Even root may not look into a process with more capabilities than its own. */
    private HostFeature withPermission(String name, String detail, int refused) throws IOException {
        return refused == 0 || mayTrace()
                ? available(name, detail)
                : new HostFeature(name, Availability.UNAVAILABLE, detail, MORE_PERMISSION);
    }

    /** Bit 19, CAP_SYS_PTRACE, of our effective capabilities (include/uapi/linux/capability.h). */
    private boolean mayTrace() throws IOException {
        return text("self/status")
                .lines()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> Long.parseUnsignedLong(
                        line.substring("CapEff:".length()).strip(), 16))
                .anyMatch(capabilities -> (capabilities >>> 19 & 1) != 0);
    }

    /** Root may list the descriptors of every process, but what they are is told only to whom may trace it. */
    private boolean isRefused(int pid) {
        try {
            String[] descriptors = proc.names(pid + "/fd");
            if (descriptors.length > 0) {
                proc.link(pid + "/fd/" + descriptors[0]);
            }
            return false;
        } catch (IOException e) {
            return e instanceof AccessDeniedException;
        }
    }

    private HostFeature networkNamespaces() {
        try {
            Set<Long> ids = new HashSet<>();
            int refused = 0;
            for (int pid : userProcesses()) {
                try {
                    ids.add(proc.linkNumber(pid + "/ns/net", "net"));
                } catch (AccessDeniedException e) {
                    refused++;
                } catch (NoSuchFileException e) {
                    // It ended meanwhile.
                }
            }
            long own = proc.linkNumber("self/ns/net", "net");
            String detail = ids.size() + (ids.size() == 1 ? " is" : " are") + " in use, ours is net:[" + own + "]"
                    + (refused == 0
                            ? ""
                            : "; permission denied (13) for " + refused + (refused == 1 ? " process" : " processes"));
            return withPermission("network-namespaces", detail, refused);
        } catch (IOException e) {
            return unknown("network-namespaces", e, MORE_PERMISSION);
        }
    }

    private HostFeature flowEvents() {
        return proc.exists("self/net/tcp")
                ? available(
                        "flow-events",
                        "by reading /proc again and again, which can miss what lives only for milliseconds; used where"
                                + " the exact source (eBPF) does not attach")
                : new HostFeature(
                        "flow-events",
                        Availability.UNAVAILABLE,
                        "/proc cannot be read",
                        "mount the proc file system at /proc");
    }

    private String text(String file) throws IOException {
        int length = proc.read(file, MOST_BYTES);
        return new String(proc.buffer(), 0, length, StandardCharsets.ISO_8859_1);
    }

    private static HostFeature available(String name, String detail) {
        return new HostFeature(name, Availability.AVAILABLE, detail, "");
    }

    private static HostFeature unknown(String name, IOException e, String remedy) {
        return new HostFeature(name, Availability.UNKNOWN, words(e), remedy);
    }

    private static String words(IOException e) {
        return e instanceof AccessDeniedException
                ? e.getMessage() + ": permission denied (13)"
                : String.valueOf(e.getMessage());
    }
}
