package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.linux.bpf.BpfFeatures;
import io.pidcap.host.linux.bpf.CgroupFlowEventSource;
import io.pidcap.host.linux.bpf.OptionalPart;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Everything of Linux that is not packets. */
final class LinuxEvents {
    /** For hosts where the ring overflows, and to see what happens then. */
    private static final String RING_BYTES_PROPERTY = "pidcap.events.ringBytes";

    private final Path procRoot;
    private final HostClock clock;

    LinuxEvents() {
        this(ProcRoot.MOUNT, new SystemClock());
    }

    /** For tests: another tree in the place of /proc. */
    LinuxEvents(Path procRoot, HostClock clock) {
        this.procRoot = procRoot;
        this.clock = clock;
    }

    /** The one place where a source is chosen. */
    FlowEventSource openSource(FlowEventSourceConfig config) {
        return switch (config.choice()) {
            case PROC -> polling(config, "reading /proc was asked for");
            case EBPF -> exact(config);
            case AUTO -> new PreferredFlowEventSource(() -> exact(config), reason -> polling(config, reason));
        };
    }

    private FlowEventSource exact(FlowEventSourceConfig config) {
        return new CgroupFlowEventSource(
                new ProcHostTables(new ProcRoot(procRoot), clock, config.withArguments()),
                EnumSet.allOf(OptionalPart.class),
                Integer.getInteger(RING_BYTES_PROPERTY, CgroupFlowEventSource.RING_BYTES),
                config.prefilter());
    }

    private FlowEventSource polling(FlowEventSourceConfig config, String reason) {
        return new ProcPollingFlowEventSource(
                new ProcRoot(procRoot), clock, config.pollIntervalMillis(), config.withArguments(), reason);
    }

    SocketSnapshot snapshot() {
        return new ProcSocketTable(new ProcRoot(procRoot), clock, true, 1)
                .look(true)
                .toSnapshot();
    }

    List<HostFeature> probe() {
        List<HostFeature> features = new ArrayList<>(new EventFeatures(new ProcRoot(procRoot)).probe());
        features.addAll(BpfFeatures.probe(new ProcHostTables(new ProcRoot(procRoot), clock, false)));
        return features;
    }
}
