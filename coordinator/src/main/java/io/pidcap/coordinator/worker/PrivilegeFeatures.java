package io.pidcap.coordinator.worker;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which privileges we have, and what each of the others would gain. */
public final class PrivilegeFeatures {
    private static final String EVERYTHING = "as root (sudo) all of this is there";

    /** @param instead what does as well; empty: nothing */
    private record Gain(String name, Set<Capability> needed, Set<Capability> instead, String gain) {}

    private static final List<Gain> GAINS = List.of(
            new Gain(
                    "privilege-capture",
                    EnumSet.of(Capability.NET_RAW),
                    EnumSet.noneOf(Capability.class),
                    "packets can be captured"),
            new Gain(
                    "privilege-others",
                    EnumSet.of(Capability.SYS_PTRACE, Capability.DAC_READ_SEARCH),
                    EnumSet.noneOf(Capability.class),
                    "the sockets of other users' processes are seen, not only of your own"),
            new Gain(
                    "privilege-exact",
                    EnumSet.of(Capability.BPF, Capability.NET_ADMIN, Capability.PERFMON),
                    EnumSet.of(Capability.SYS_ADMIN),
                    "the exact source of events (eBPF) misses nothing, however short it lives"),
            new Gain(
                    "privilege-names",
                    EnumSet.of(Capability.SYS_ADMIN),
                    EnumSet.noneOf(Capability.class),
                    "full names of processes that live for milliseconds, other network namespaces, --prefilter"));

    private PrivilegeFeatures() {}

    /** Nothing on systems without capabilities. */
    public static List<HostFeature> probe() {
        String own = Capability.ownStatus();
        if (own.isEmpty()) {
            return List.of();
        }
        WorkerPrivileges privileges;
        try {
            privileges = WorkerPrivileges.ofStarter();
        } catch (IOException e) {
            return List.of(
                    new HostFeature("privilege-starter", Availability.UNAVAILABLE, String.valueOf(e.getMessage()), ""));
        }
        List<HostFeature> features = new ArrayList<>(of(privileges.held(), privileges.limits()));
        features.add(coordinator(Capability.in(own, "CapEff")));
        return features;
    }

    /** @param held by the process that reads what the workers capture */
    static HostFeature coordinator(Set<Capability> held) {
        return held.isEmpty()
                ? available("privilege-reader", "what parses packets has no privileges")
                : new HostFeature(
                        "privilege-reader",
                        Availability.UNAVAILABLE,
                        "what parses packets has privileges: " + names(held),
                        "start it through sudo, or name its user: PIDCAP_USER=NAME ./pidcap");
    }

    /**
     * @param held what we have
     * @param limits why workers keep more than they need; empty: they do not
     */
    static List<HostFeature> of(Set<Capability> held, String limits) {
        List<HostFeature> features = new ArrayList<>();
        for (Gain gain : GAINS) {
            Set<Capability> missing = EnumSet.copyOf(gain.needed());
            missing.removeAll(held);
            boolean enough = missing.isEmpty() || (!gain.instead().isEmpty() && held.containsAll(gain.instead()));
            features.add(
                    enough
                            ? available(gain.name(), gain.gain())
                            : new HostFeature(
                                    gain.name(),
                                    Availability.UNAVAILABLE,
                                    "without " + names(missing),
                                    "with it: " + gain.gain() + "; " + EVERYTHING));
        }
        features.add(
                limits.isEmpty()
                        ? available("privilege-drop", "the workers keep only what they need")
                        : new HostFeature(
                                "privilege-drop",
                                Availability.UNAVAILABLE,
                                "workers keep more than they need: " + limits,
                                "captures work all the same"));
        return features;
    }

    private static String names(Set<Capability> capabilities) {
        return capabilities.stream().map(each -> "CAP_" + each.name()).collect(Collectors.joining(", "));
    }

    private static HostFeature available(String name, String detail) {
        return new HostFeature(name, Availability.AVAILABLE, detail, "");
    }
}
