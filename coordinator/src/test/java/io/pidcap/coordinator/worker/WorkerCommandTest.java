package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCommandTest {
    private static final WorkerPrivileges OF_ROOT = new WorkerPrivileges(
            "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nCapAmb:\t0000000000000000\n",
            true,
            Path.of("/usr/bin/setpriv"));

    @TempDir
    private Path lib;

    private List<String> command(Platform platform) throws IOException {
        Path jar = lib.resolve(WorkerRole.CAPTURE.jar());
        if (!Files.exists(jar)) {
            Files.createFile(jar);
        }
        return new WorkerCommand(platform, lib, lib.resolve("worker.sock"), WorkerNeeds.session(false, false), OF_ROOT)
                .of(WorkerRole.CAPTURE, 3);
    }

    @Test
    void shouldBeJavaAloneOnWindows() throws IOException {
        assertThat(command(Platform.WINDOWS).get(0)).endsWith("java");
        assertThat(command(Platform.WINDOWS))
                .endsWith("--pipe", lib.resolve("worker.sock").toString(), "--run", "3")
                .doesNotContain("/bin/sh", "/usr/bin/setpriv");
    }

    @Test
    void shouldBeShieldedFromTheTerminalAndWithoutPrivilegesElsewhere() throws IOException {
        assertThat(command(Platform.UNIX))
                .startsWith("/bin/sh", "-c")
                .contains("/usr/bin/setpriv")
                .contains("--become");
    }
}
