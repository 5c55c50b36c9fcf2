package io.pidcap.coordinator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts workers with no more than they need of what this process has. Capabilities belong to threads, and a virtual machine
 * has many that no Java code reaches; so setpriv(1) takes the rest away before it begins.
 */
public final class WorkerPrivileges {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPrivileges.class);

    /**
     * A user, and a group, without a name: in the range that Debian's policy reserves, and outside of what systemd gives to
     * services. Unlike {@code nobody} it has no other processes, which could end ours.
     */
    private static final int UNNAMED = 65530;

    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    /** Of this process: to give a spool away, and to have power over what is another user's then. */
    private static final Set<Capability> TO_BECOME_ANOTHER = EnumSet.of(
            Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.KILL, Capability.SETUID, Capability.SETGID);

    private final boolean root;
    private final Set<Capability> held;
    private final Set<Capability> ambient;
    private final @Nullable Path setpriv;

    /**
     * @param status the text of this process's {@code /proc/self/status}; empty on other systems
     * @param setpriv null: there is none
     */
    WorkerPrivileges(String status, @Nullable Path setpriv) {
        root = status.lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
        held = Capability.in(status, "CapEff");
        ambient = Capability.in(status, "CapAmb");
        this.setpriv = setpriv;
    }

    public static WorkerPrivileges ofThisProcess() {
        Path found = SETPRIV.stream().filter(Files::isExecutable).findFirst().orElse(null);
        return new WorkerPrivileges(Capability.ownStatus(), found);
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

    /** Why workers keep more than they need; empty: they do not, or we are nobody with privileges. */
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
            return "the capture-worker stays root without " + TO_BECOME_ANOTHER;
        }
        return root || held.isEmpty() ? "" : "only root can take them from every thread of the capture-worker";
    }

    private boolean mayBecomeAnother() {
        return root && held.containsAll(TO_BECOME_ANOTHER);
    }

    /**
     * Gives a spool to whom a capture-worker is to become, which is told by its owner: a user that is no one
     * else, where we may read and delete his files and end his processes.
     */
    public void prepareSpool(Path spool) {
        if (!mayBecomeAnother()) {
            return;
        }
        try {
            Files.setAttribute(spool, "unix:gid", UNNAMED);
            Files.setAttribute(spool, "unix:uid", UNNAMED);
        } catch (IOException e) {
            // In a user namespace there may be no such user.
            LOG.info("the capture-worker stays root: give {} to user {}: {}", spool, UNNAMED, e.getMessage());
        }
    }
}
