package io.pidcap.host.windows;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostException;
import io.pidcap.host.polling.PollingFlowEventSource;
import io.pidcap.host.polling.PreferredFlowEventSource;
import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.host.windows.windivert.WinDivertFlowEventSource;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Locale;

/** Everything of Windows that is not packets. */
final class WindowsEvents {
    /** The one place where a source is chosen. */
    FlowEventSource openSource(FlowEventSourceConfig config) {
        return switch (config.choice()) {
            case IPHELPER -> polling(config, "reading the tables of IP Helper was asked for");
            case WINDIVERT -> new WinDivertFlowEventSource();
            case AUTO ->
                new PreferredFlowEventSource(
                        "the exact source (WinDivert)",
                        WinDivertFlowEventSource::new,
                        reason -> polling(config, reason));
            case PROC, EBPF ->
                throw new HostException(
                        HostException.Code.NOT_SUPPORTED,
                        "watch flows by " + config.choice().name().toLowerCase(Locale.ROOT) + ": only Linux has it",
                        "leave out --events");
        };
    }

    private static FlowEventSource polling(FlowEventSourceConfig config, String reason) {
        WindowsClock clock = new WindowsClock();
        return new PollingFlowEventSource(
                FlowEventSource.Kind.IPHELPER,
                new IpHelperSocketTable(clock, new ProcessTable()),
                clock,
                config.pollIntervalMillis(),
                reason);
    }

    SocketSnapshot snapshot() {
        try (IpHelperSocketTable table = new IpHelperSocketTable(new WindowsClock(), new ProcessTable())) {
            table.requireReadable();
            return table.look(true).toSnapshot();
        }
    }

    List<HostFeature> probe() {
        return WindowsFeatures.probe();
    }
}
