package io.pidcap.host.windows;

import io.pidcap.host.HostException;
import io.pidcap.host.windows.iphelper.IpHelperSocketTable;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.host.windows.windivert.WinDivertFeatures;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.util.List;
import java.util.function.Supplier;

/** Tries what the event side needs of Windows. */
final class WindowsFeatures {
    private static final String AS_ADMINISTRATOR = "run pidcap as administrator";

    private WindowsFeatures() {}

    static List<HostFeature> probe() {
        return List.of(
                tried("socket-tables", WindowsFeatures::socketTables),
                tried("all-processes", WindowsFeatures::processes),
                tried("flow-events", WindowsFeatures::polling),
                WinDivertFeatures.probe());
    }

    private static HostFeature tried(String name, Supplier<HostFeature> probe) {
        try {
            return probe.get();
        } catch (HostException e) {
            return new HostFeature(name, Availability.UNAVAILABLE, e.getMessage(), e.hint());
        }
    }

    private static HostFeature socketTables() {
        try (IpHelperSocketTable table = new IpHelperSocketTable(new WindowsClock(), new ProcessTable())) {
            table.requireReadable();
            return available("socket-tables", "read the tables of IP Helper: " + table.countRows() + " rows");
        }
    }

    private static HostFeature processes() {
        try (ProcessTable processes = new ProcessTable()) {
            processes.refresh();
            int all = processes.infos().size();
            int unopened = processes.unopened();
            String detail = (all - unopened) + " of " + all + " processes can be opened";
            // Windows lets nobody open a few of its own.
            return new HostFeature(
                    "all-processes",
                    unopened < all ? Availability.AVAILABLE : Availability.UNAVAILABLE,
                    detail,
                    unopened < all ? "" : AS_ADMINISTRATOR);
        }
    }

    private static HostFeature polling() {
        new WindowsClock().now();
        return available(
                "flow-events",
                "by reading the tables of IP Helper again and again, which can miss what lives only for milliseconds; used where"
                        + " the exact source (WinDivert) does not open");
    }

    private static HostFeature available(String name, String detail) {
        return new HostFeature(name, Availability.AVAILABLE, detail, "");
    }
}
