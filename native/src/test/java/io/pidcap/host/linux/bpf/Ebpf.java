package io.pidcap.host.linux.bpf;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackends;
import io.pidcap.host.RequiredFeature;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.util.List;

/** The exact source as the backend hands it out, and whether this machine has it. */
final class Ebpf {
    private static final List<HostFeature> FEATURES = HostBackends.forThisHost().probeEventFeatures();

    private Ebpf() {}

    static FlowEventSource open() {
        return HostBackends.forThisHost()
                .openFlowEventSource(new FlowEventSourceConfig(FlowEventSourceConfig.Choice.EBPF, 100, true));
    }

    /** One that has room for so many bytes of records only. */
    static FlowEventSource open(int ringBytes) {
        System.setProperty("pidcap.events.ringBytes", Integer.toString(ringBytes));
        try {
            return open();
        } finally {
            System.clearProperty("pidcap.events.ringBytes");
        }
    }

    static HostFeature feature(String name) {
        return FEATURES.stream()
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseGet(() -> new HostFeature(name, Availability.UNAVAILABLE, "without the exact source", ""));
    }

    static void require() {
        requireFeature("events-exact");
    }

    static void requireFeature(String name) {
        HostFeature feature = feature(name);
        RequiredFeature.require(
                "ebpf", feature.availability() == Availability.AVAILABLE, name + ": " + feature.detail());
    }
}
