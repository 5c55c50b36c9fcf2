package io.pidcap.host.windows.npcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpcapFolderTest {
    @TempDir
    private Path windows;

    @Test
    void shouldBeWhereItIsInstalledUnlessAnotherIsNamed() throws IOException {
        Map<String, String> environment = Map.of("SystemRoot", windows.toString());
        assertThat(NpcapFolder.of(environment).folder()).isNull();
        assertThat(NpcapFolder.of(Map.of()).folder()).isNull();
        Path installed = Files.createDirectories(windows.resolve("System32").resolve("Npcap"));
        assertThat(NpcapFolder.of(environment).folder()).isEqualTo(installed);
        assertThat(NpcapFolder.of(Map.of("SystemRoot", windows.toString(), NpcapFolder.DIRECTORY_VARIABLE, "/own"))
                        .folder())
                .isEqualTo(Path.of("/own"));
    }
}
