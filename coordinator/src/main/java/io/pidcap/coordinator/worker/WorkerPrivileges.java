package io.pidcap.coordinator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Starts workers with no more than they need of what this process has. Capabilities belong to threads, and a virtual machine
 * has many that no Java code reaches; so setpriv(1) takes the rest away before it begins.
 */
public final class WorkerPrivileges {
    /**
     * A user, and a group, without a name: in the range that Debian's policy reserves, and outside of what systemd gives to
     * services. Unlike {@code nobody} it has no other processes, which could end ours.
     */
    private static final int UNNAMED = 65530;

    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    /** Of this process: for the worker to become that user, and to end him. */
    private static final Set<Capability> TO_BECOME_ANOTHER =
            EnumSet.of(Capability.DAC_OVERRIDE, Capability.KILL, Capability.SETUID, Capability.SETGID);

    /** Who gets there can make files in it, which are of its group, and its owner alone sees them: see 0014. */
    private static final int MODE_OF_A_SHARED_SPOOL = 02733;

    private final String status;
    private final boolean root;
    private final Set<Capability> held;
    private final Set<Capability> ambient;
    private final boolean unnamedExists;
    private final @Nullable Path setpriv;
    private final int group;

    /**
     * @param status the text of this process's {@code /proc/self/status}; empty on other systems
     * @param unnamedExists whether this user namespace has the user without a name
     * @param setpriv null: there is none
     */
    WorkerPrivileges(String status, boolean unnamedExists, @Nullable Path setpriv) {
        this(status, unnamedExists, setpriv, -1);
    }

    private WorkerPrivileges(String status, boolean unnamedExists, @Nullable Path setpriv, int group) {
        this.status = status;
        this.group = group;
        root = status.lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
        held = Capability.in(status, "CapEff");
        ambient = Capability.in(status, "CapAmb");
        this.unnamedExists = unnamedExists;
        this.setpriv = setpriv;
    }

    /** Of this process itself. */
    public static WorkerPrivileges ofThisProcess() {
        return of(Capability.ownStatus());
    }

    /**
     * Of the process that starts this one's workers, which may be this one.
     *
     * @throws IOException it is another, and cannot be reached
     */
    public static WorkerPrivileges ofStarter() throws IOException {
        Optional<StarterClient> starter = StarterClient.ofThisProcess();
        return starter.isPresent() ? of(starter.get().status()) : ofThisProcess();
    }

    private static WorkerPrivileges of(String status) {
        Path found = SETPRIV.stream().filter(Files::isExecutable).findFirst().orElse(null);
        boolean exists = isMapped(Path.of("/proc/self/uid_map")) && isMapped(Path.of("/proc/self/gid_map"));
        return new WorkerPrivileges(status, exists, found);
    }

    /** The same for workers that reach the coordinator by its group. */
    WorkerPrivileges inGroup(int number) {
        return new WorkerPrivileges(status, unnamedExists, setpriv, number);
    }

    /** What it has and may use. */
    Set<Capability> held() {
        return held;
    }

    /** What goes before the worker's command; empty where there is nothing that we could take away. */
    List<String> prefix(WorkerRole role, WorkerNeeds needs) {
        // Who has no capability that is inherited has them by the file that he executes, as the worker will.
        if (setpriv == null || (!root && ambient.isEmpty())) {
            return List.of();
        }
        Set<Capability> ours = root ? held : ambient;
        List<String> prefix = new ArrayList<>(List.of(setpriv.toString(), "--no-new-privs"));
        if (root) {
            prefix.add("--inh-caps=-all");
            prefix.add("--ambient-caps=-all");
        }
        if (!keepsAll(role, ours)) {
            String kept = only(needs.of(role, ours));
            if (!root) {
                prefix.add("--inh-caps=" + kept);
                prefix.add("--ambient-caps=" + kept);
            } else if (held.contains(Capability.SETPCAP)) {
                prefix.add("--bounding-set=" + kept);
            }
        }
        if (group >= 0) {
            prefix.add("--regid=" + group);
            prefix.add("--clear-groups");
        }
        prefix.add("--");
        return prefix;
    }

    /** Who may not trace whom he likes may look only into processes that have no capability more than he has. */
    private static boolean keepsAll(WorkerRole role, Set<Capability> ours) {
        return role == WorkerRole.EVENTS && !ours.contains(Capability.SYS_PTRACE);
    }

    private static String only(Set<Capability> kept) {
        StringBuilder text = new StringBuilder("-all");
        kept.forEach(each -> text.append(",+").append(each.option()));
        return text.toString();
    }

    /** Why workers keep more than they need; empty: they do not, or there are no privileges. */
    String limits() {
        if (setpriv == null) {
            return held.isEmpty() ? "" : "there is no setpriv(1), of util-linux";
        }
        if (root && !held.contains(Capability.SETPCAP)) {
            return "without CAP_SETPCAP nothing can be taken from both";
        }
        if (root && keepsAll(WorkerRole.EVENTS, held)) {
            return "without CAP_SYS_PTRACE the event-worker sees only processes that have no more of them than itself";
        }
        if (root && !mayBecomeAnother()) {
            return "the capture-worker stays root without "
                    + (unnamedExists ? TO_BECOME_ANOTHER : "user " + UNNAMED + " in this user namespace");
        }
        return root || held.isEmpty() ? "" : "only root can take them from every thread of the capture-worker";
    }

    private boolean mayBecomeAnother() {
        return root && setpriv != null && unnamedExists && held.containsAll(TO_BECOME_ANOTHER);
    }

    /** @param map see user_namespaces(7): first number here, first number outside, how many */
    private static boolean isMapped(Path map) {
        try {
            return Files.readAllLines(map).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .anyMatch(range -> UNNAMED >= Long.parseLong(range[0])
                            && UNNAMED < Long.parseLong(range[0]) + Long.parseLong(range[2]));
        } catch (IOException e) {
            return false;
        }
    }

    /** What is added to the arguments of a worker that captures. */
    List<String> arguments(WorkerRole role, WorkerNeeds needs) {
        return role == WorkerRole.CAPTURE && needs.capture() && mayBecomeAnother()
                ? List.of("--become", Integer.toString(UNNAMED))
                : List.of();
    }

    /**
     * Lets whom the capture-worker becomes make files in a spool. The directory above it lets nobody but its owner pass: who
     * has not the spool open already does not come there. The files are of the spool's group, so its owner can read them.
     */
    public void prepareSpool(Path spool) throws IOException {
        if (mayBecomeAnother()) {
            Files.setAttribute(spool, "unix:mode", MODE_OF_A_SHARED_SPOOL);
        }
    }
}
