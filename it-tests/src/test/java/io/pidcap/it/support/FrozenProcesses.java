package io.pidcap.it.support;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Processes that were stopped with SIGSTOP. */
public final class FrozenProcesses {
    private final Set<Long> frozen = new LinkedHashSet<>();

    public void freeze(long pid) throws Exception {
        frozen.add(pid);
        Victim.signal(pid, "STOP");
    }

    public void thaw(long pid) throws Exception {
        Victim.signal(pid, "CONT");
        frozen.remove(pid);
    }

    /** Those that a test left stopped could not even end. */
    public void thawAll() throws Exception {
        for (long pid : frozen) {
            Optional<ProcessHandle> left = ProcessHandle.of(pid);
            if (left.isPresent() && left.get().isAlive()) {
                Victim.signal(pid, "CONT");
            }
        }
        frozen.clear();
    }
}
