package io.pidcap.host.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The structures of the stand-ins are those of Windows' headers, as mingw-w64 has them. */
class LayoutsTest {
    @TempDir
    Path directory;

    private byte[] compiled(String name, String option) throws IOException {
        Path object = directory.resolve(name + ".o");
        Path numbers = directory.resolve(name + ".bin");
        ChildProcess.run(
                Mingw.PREFIX + "gcc",
                "-Wall",
                "-Werror",
                option,
                "-c",
                directory.resolve("layouts.c").toString(),
                "-o",
                object.toString());
        ChildProcess.run(
                Mingw.PREFIX + "objcopy", "-O", "binary", "-j", ".rdata", object.toString(), numbers.toString());
        return Files.readAllBytes(numbers);
    }

    @Test
    void shouldBeThoseOfTheRealHeaders() throws IOException {
        Mingw.require();
        StandIns.copySource("layouts.c", directory);
        StandIns.copySource("windows_types.h", directory);
        byte[] real = compiled("real", "-DREAL");
        assertThat(real).hasSizeGreaterThan(Long.BYTES * 80);
        assertThat(compiled("stand-in", "-DSTAND_IN")).isEqualTo(real);
    }
}
