package io.pidcap.coordinator.session;

import java.nio.file.Path;
import java.util.Locale;

/** The capture file formats that there are; the file's suffix chooses. */
public enum OutputFormat {
    PCAP,
    PCAPNG;

    /** {@code .pcap} is pcap; {@code .pcapng}, any other suffix and none is pcapng. */
    static OutputFormat of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".pcap") ? PCAP : PCAPNG;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
