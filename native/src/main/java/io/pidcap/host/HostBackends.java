package io.pidcap.host;

import io.pidcap.host.linux.LinuxBackend;
import io.pidcap.host.unsupported.UnsupportedBackend;
import java.util.Locale;

/** The one place that asks which operating system this is. */
public final class HostBackends {
    private HostBackends() {}

    public static HostBackend forThisHost() {
        String system = System.getProperty("os.name", "");
        return system.toLowerCase(Locale.ROOT).startsWith("linux")
                ? new LinuxBackend()
                : new UnsupportedBackend(system);
    }
}
