package io.pidcap.coordinator.worker;

import java.util.EnumSet;
import java.util.Set;

/**
 * What workers are for, and so which capabilities they need: coordinator/docs/decisions/0014.
 *
 * @param prefilter whether a capture-worker opens maps of the event-worker
 * @param exact whether an event-worker may load eBPF programs
 * @param capture whether a capture-worker captures until it is told to stop, and so has something to give up
 */
public record WorkerNeeds(boolean capture, boolean prefilter, boolean exact) {
    /** To answer questions about the host. */
    public static final WorkerNeeds QUESTIONS = new WorkerNeeds(false, false, true);

    public static WorkerNeeds session(boolean prefilter, boolean exact) {
        return new WorkerNeeds(true, prefilter, exact);
    }

    /** @param held what we have, of which CAP_SYS_ADMIN makes others superfluous */
    Set<Capability> of(WorkerRole role, Set<Capability> held) {
        Set<Capability> needed = role == WorkerRole.CAPTURE ? ofCapture(held) : ofEvents(held);
        needed.retainAll(held);
        return needed;
    }

    private Set<Capability> ofCapture(Set<Capability> held) {
        Set<Capability> needed = EnumSet.of(Capability.NET_RAW);
        // A container may have the greater one alone.
        needed.add(held.contains(Capability.DAC_READ_SEARCH) ? Capability.DAC_READ_SEARCH : Capability.DAC_OVERRIDE);
        if (capture) {
            needed.add(Capability.SETUID);
            needed.add(Capability.SETGID);
        }
        if (prefilter) {
            needed.add(Capability.SYS_ADMIN);
        }
        return needed;
    }

    private Set<Capability> ofEvents(Set<Capability> held) {
        Set<Capability> needed = EnumSet.of(Capability.SYS_PTRACE, Capability.DAC_READ_SEARCH);
        if (exact) {
            needed.add(Capability.NET_ADMIN);
        }
        if (exact && held.contains(Capability.SYS_ADMIN)) {
            needed.add(Capability.SYS_ADMIN);
        } else if (exact) {
            needed.addAll(EnumSet.of(Capability.BPF, Capability.PERFMON));
        }
        return needed;
    }
}
