package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.List;

/** Everything of Linux that is not packets. */
final class LinuxEvents {
    private static final String NO_EXACT_SOURCE = "the exact source of flow events (eBPF) is not part of this version";

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
            case AUTO -> polling(config, NO_EXACT_SOURCE + " of pidcap, so /proc is read instead");
            case EBPF ->
                throw new HostException(
                        HostException.Code.NOT_SUPPORTED,
                        "watch flows by eBPF: " + NO_EXACT_SOURCE + " of pidcap",
                        "leave the choice to pidcap (--events auto), or ask for --events proc");
        };
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
        return new EventFeatures(new ProcRoot(procRoot)).probe();
    }
}
