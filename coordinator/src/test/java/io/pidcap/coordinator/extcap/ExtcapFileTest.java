package io.pidcap.coordinator.extcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtcapFileTest {
    @TempDir
    Path directory;

    @Test
    void shouldStartTheCommandWithTheArgumentsThatItGets() throws Exception {
        Path program = directory.resolve("it's a \"program\" $HOME");
        Files.writeString(program, "#!/bin/sh\nprintf '%s|' \"$@\"\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        ExtcapFile file = new ExtcapFile(directory.resolve("not/there/yet"));
        file.write(List.of(program.toString(), "-Da=b c"));
        file.write(List.of(program.toString(), "-Da=b c"));

        Process process = new ProcessBuilder(file.path().toString(), "--name", "a b", "--x=*").start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("-Da=b c|extcap|--name|a b|--x=*|");
        assertThat(process.waitFor()).isZero();
        try (Stream<Path> all = Files.list(file.path().getParent())) {
            assertThat(all).containsExactly(file.path());
        }
        assertThat(file.remove()).isTrue();
        assertThat(file.remove()).isFalse();
    }

    @Test
    void shouldLeaveTheFilesOfOthersAlone() throws IOException {
        ExtcapFile file = new ExtcapFile(directory);
        Files.writeString(file.path(), "#!/bin/sh\necho mine\n");
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> file.write(List.of("x")));
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(file::remove);
        assertThat(Files.readString(file.path())).isEqualTo("#!/bin/sh\necho mine\n");
    }
}
