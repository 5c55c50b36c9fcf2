package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutableOptionTest {
    @TempDir
    Path given;

    private Path directory() throws IOException {
        return given.toRealPath();
    }

    @Test
    void shouldTakeALinkForItselfAndForItsFile() throws IOException {
        Path file = Files.writeString(directory().resolve("tool-1.2"), "\177ELF");
        Path link = Files.createSymbolicLink(directory().resolve("tool"), file);
        assertThat(ExecutableOption.patterns(link.toString())).containsExactly(link.toString(), file.toString());
        assertThat(ExecutableOption.patterns(file.toString())).containsExactly(file.toString());
        assertThat(ExecutableOption.patterns(directory() + "/x/../tool-1.2")).containsExactly(file.toString());
    }

    @Test
    void shouldTakeARelativePathFromTheDirectoryOfTheCaller() {
        assertThat(ExecutableOption.patterns("./target/no-such-tool"))
                .containsExactly(Path.of("target/no-such-tool").toAbsolutePath().toString());
    }

    @Test
    void shouldFollowTheLinksInFrontOfAPattern() throws IOException {
        Path versioned = Files.createDirectory(directory().resolve("v1"));
        Path current = Files.createSymbolicLink(directory().resolve("current"), versioned);
        assertThat(ExecutableOption.patterns(current + "/*")).containsExactly(current + "/*", versioned + "/*");
    }

    @Test
    void shouldLeaveAPatternOfTheEndAsItIs() {
        assertThat(ExecutableOption.patterns("*/bin/tool")).containsExactly("*/bin/tool");
        assertThat(ExecutableOption.patterns("/*")).containsExactly("/*");
    }

    @Test
    void shouldRefuseWhatNoProcessExecutes() throws IOException {
        Path script = Files.writeString(directory().resolve("tool.py"), "#!/usr/bin/env python3\n");
        refuses(script.toString(), "it is a script");
        refuses(directory().toString(), "it is a directory");
        refuses(" ", "an empty text");
        refuses("opt/*", "a pattern begins with / or with *");
        refuses("a\0b", "Nul character");
    }

    private static void refuses(String path, String reason) {
        assertThatThrownBy(() -> ExecutableOption.patterns(path))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining(reason);
    }
}
