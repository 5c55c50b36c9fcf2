package io.pidcap.host;

import io.pidcap.host.linux.LinuxBackend;
import io.pidcap.host.unsupported.UnsupportedBackend;
import io.pidcap.host.windows.WindowsBackend;
import java.util.Locale;

/** The one place that asks which operating system this is. */
public final class HostBackends {
    private HostBackends() {}

    public static HostBackend forThisHost() {
        String system = System.getProperty("os.name", "");
        String family = system.toLowerCase(Locale.ROOT).split(" ", 2)[0];
        return switch (family) {
            case "linux" -> new LinuxBackend();
            case "windows" -> new WindowsBackend();
            default -> new UnsupportedBackend(system);
        };
    }
}
