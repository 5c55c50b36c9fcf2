package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.platform.Platform;
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
        assertThat(ExecutableOption.patterns(Platform.UNIX, link.toString()))
                .containsExactly(link.toString(), file.toString());
        assertThat(ExecutableOption.patterns(Platform.UNIX, file.toString())).containsExactly(file.toString());
        assertThat(ExecutableOption.patterns(Platform.UNIX, directory() + "/x/../tool-1.2"))
                .containsExactly(file.toString());
    }

    @Test
    void shouldTakeARelativePathFromTheDirectoryOfTheCaller() {
        assertThat(ExecutableOption.patterns(Platform.UNIX, "./target/no-such-tool"))
                .containsExactly(Path.of("target/no-such-tool").toAbsolutePath().toString());
    }

    @Test
    void shouldFollowTheLinksInFrontOfAPattern() throws IOException {
        Path versioned = Files.createDirectory(directory().resolve("v1"));
        Path current = Files.createSymbolicLink(directory().resolve("current"), versioned);
        assertThat(ExecutableOption.patterns(Platform.UNIX, current + "/*"))
                .containsExactly(current + "/*", versioned + "/*");
    }

    @Test
    void shouldLeaveAPatternOfTheEndAsItIs() {
        assertThat(ExecutableOption.patterns(Platform.UNIX, "*/bin/tool")).containsExactly("*/bin/tool");
        assertThat(ExecutableOption.patterns(Platform.UNIX, "/*")).containsExactly("/*");
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
        assertThatThrownBy(() -> ExecutableOption.patterns(Platform.UNIX, path))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void shouldTakePatternsOfWindowsInEitherSpelling() {
        assertThat(ExecutableOption.patterns(Platform.WINDOWS, "C:\\Program Files\\*\\chrome.exe"))
                .containsExactly("C:\\Program Files\\*\\chrome.exe");
        assertThat(ExecutableOption.patterns(Platform.WINDOWS, "C:/Tools/*")).contains("C:\\Tools\\*");
        assertThatThrownBy(() -> ExecutableOption.patterns(Platform.WINDOWS, "Tools\\*"))
                .hasMessageContaining("a pattern begins with");
    }
}
