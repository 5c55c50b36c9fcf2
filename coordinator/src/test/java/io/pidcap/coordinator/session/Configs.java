package io.pidcap.coordinator.session;

import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.protocol.file.Annotation;
import java.nio.file.Path;
import java.util.List;

/** Configurations for tests. */
final class Configs {
    private Configs() {}

    static SessionConfig curl(Path output) {
        return new SessionConfig(
                "curl",
                List.of("any", "lo"),
                List.of("curl", "wget*"),
                List.of("/usr/bin/curl", "/opt/*"),
                List.of(4711),
                List.of(33L),
                true,
                output,
                new OutputStyle(Annotation.COMMENT, true, true, false, new Rotation(1 << 20, 60_000, 3)),
                true,
                true,
                96,
                true,
                1 << 20,
                "tcp port 443",
                false,
                SessionConfig.Events.PROC,
                50,
                1 << 20,
                1 << 20,
                10_000,
                42,
                1000,
                1001);
    }
}
