package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostClock;
import io.pidcap.host.HostException;
import io.pidcap.host.SystemClock;
import io.pidcap.host.linux.bpf.BpfFeatures;
import io.pidcap.host.linux.bpf.CgroupFlowEventSource;
import io.pidcap.host.linux.bpf.OptionalPart;
import io.pidcap.host.polling.PollingFlowEventSource;
import io.pidcap.host.polling.PreferredFlowEventSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

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
            case IPHELPER, WINDIVERT ->
                throw new HostException(
                        HostException.Code.NOT_SUPPORTED,
                        "watch flows by " + config.choice().name().toLowerCase(Locale.ROOT) + ": only Windows has it",
                        "leave out --events");
            case AUTO ->
                new PreferredFlowEventSource(
                        "the exact source (eBPF)", () -> exact(config), reason -> polling(config, reason));
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
        ProcSocketTable table = ProcSocketTable.polled(
                new ProcRoot(procRoot), clock, config.withArguments(), config.pollIntervalMillis());
        return new PollingFlowEventSource(FlowEventSource.Kind.PROC, table, clock, config.pollIntervalMillis(), reason);
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
