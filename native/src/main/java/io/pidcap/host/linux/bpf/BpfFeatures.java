package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Tries what the exact source needs: attaches it, looks what it found, and detaches. */
public final class BpfFeatures {
    private static final String EXACT = "events-exact";
    private static final String PREFILTER = "prefilter";
    private static final String OLDER_KERNEL = "nothing is to be done on this kernel; a later one with BTF has it";

    private BpfFeatures() {}

    /** Never throws for what the host lacks. */
    public static List<HostFeature> probe(HostTables tables) {
        try (CgroupFlowEventSource.Attached source = CgroupFlowEventSource.Attached.attach(
                tables, EnumSet.allOf(OptionalPart.class), CgroupFlowEventSource.RING_BYTES, true)) {
            return found(source);
        } catch (HostException e) {
            return List.of(new HostFeature(EXACT, Availability.UNAVAILABLE, String.valueOf(e.getMessage()), e.hint()));
        }
    }

    private static List<HostFeature> found(CgroupFlowEventSource.Attached source) {
        FlowPrograms programs = source.programs();
        List<HostFeature> features = new ArrayList<>();
        String scope = programs.wholeHost() ? "the whole host is seen" : "only this container is seen";
        features.add(available(
                EXACT,
                "eBPF by " + LibBpf.get().fileName() + " attached at " + programs.cgroup() + " and told of a socket of"
                        + " its own; " + scope));
        features.add(
                programs.hasTracepoints()
                        ? available("events-names", "full names of processes from fork, exec and exit")
                        : unavailable(
                                "events-names",
                                String.join("; ", programs.missing()),
                                "give access to tracefs (CAP_SYS_ADMIN)"));
        features.add(
                programs.hasFiles()
                        ? available("events-executables", "which file a process executes, however it was started")
                        : unavailable("events-executables", String.join("; ", programs.missing()), OLDER_KERNEL));
        features.add(
                programs.hasUsers()
                        ? available("events-users", "who receives by a connection, however it came by it")
                        : unavailable("events-users", String.join("; ", programs.missing()), OLDER_KERNEL));
        features.add(
                programs.hasSenders()
                        ? available("events-senders", "who sends by a TCP connection, before the data leave")
                        : unavailable("events-senders", String.join("; ", programs.missing()), OLDER_KERNEL));
        features.add(
                programs.hasTakers()
                        ? available("events-takers", "who is given a socket by another process, from then on")
                        : unavailable("events-takers", String.join("; ", programs.missing()), OLDER_KERNEL));
        features.add(
                source.survey().limit().isEmpty()
                        ? available("events-snapshot", "the kernel lists the sockets of all processes")
                        : unavailable("events-snapshot", source.survey().limit(), OLDER_KERNEL));
        features.add(prefilter(source));
        return features;
    }

    private static HostFeature prefilter(CgroupFlowEventSource.Attached source) {
        try {
            CapturePrefilter.probe(source.prefilter().offer());
            return available(
                    PREFILTER,
                    "--prefilter: the kernel can drop what nobody wants, and tells who is given descriptors");
        } catch (HostException e) {
            return unavailable(
                    PREFILTER,
                    e.getMessage(),
                    e.hint().isEmpty()
                            ? "run as root or with CAP_SYS_ADMIN, or capture without --prefilter"
                            : e.hint());
        }
    }

    private static HostFeature available(String name, String detail) {
        return new HostFeature(name, Availability.AVAILABLE, detail, "");
    }

    private static HostFeature unavailable(String name, String detail, String remedy) {
        return new HostFeature(name, Availability.UNAVAILABLE, detail, remedy);
    }
}
