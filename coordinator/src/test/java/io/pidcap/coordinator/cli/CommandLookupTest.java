package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLookupTest {
    @TempDir
    Path temp;

    private Path make(String folder, String mode) throws IOException {
        Path file = Files.createDirectories(temp.resolve(folder)).resolve("tool");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        return file;
    }

    private String path() {
        return temp.resolve("a") + ":" + temp.resolve("b");
    }

    @Test
    void shouldTakeTheFirstThatCanBeExecuted() throws IOException {
        make("a", "rw-r--r--");
        Path executable = make("b", "rwxr-xr-x");

        assertThat(CommandLookup.find("tool", path(), "")).isEqualTo(executable);
    }

    @Test
    void shouldTakeAPathAsItIs() throws IOException {
        Path file = make("a", "rwxr-xr-x");

        assertThat(CommandLookup.find(file.toString(), "", "")).isEqualTo(file);
        assertThat(CommandLookup.find(temp + "/none", path(), "")).isNull();
    }

    @Test
    void shouldFindNothingWhereNothingIs() {
        assertThat(CommandLookup.find("tool", path(), "")).isNull();
        assertThat(CommandLookup.find("", path(), "")).isNull();
        assertThat(CommandLookup.find("sh", null, "")).isEqualTo(Path.of("/bin/sh"));
    }

    @Test
    void shouldAddTheExtensionsThatWindowsKnows() throws IOException {
        Path program = Files.createFile(
                Files.createDirectories(temp.resolve("a")).resolve("tool.CMD"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThat(CommandLookup.find("tool", path(), ".EXE;.CMD")).isEqualTo(program);
        assertThat(CommandLookup.find("tool.CMD", path(), ".EXE;.CMD")).isEqualTo(program);
        assertThat(CommandLookup.find("tool", path(), ".EXE")).isNull();
    }
}
