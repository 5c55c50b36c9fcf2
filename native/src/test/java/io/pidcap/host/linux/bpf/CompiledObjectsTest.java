package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.RequiredFeature;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compiled objects in the jar are what the sources say. */
class CompiledObjectsTest {
    /** By which the objects were compiled (Debian 12); another one makes other instructions of the same sources. */
    private static final String CLANG = "Debian clang version 14.0.6";

    @TempDir
    Path directory;

    @BeforeEach
    void require() {
        RequiredFeature.require("clang", isInstalled("clang") && isInstalled("llvm-strip"), "needs clang and llvm");
        RequiredFeature.require(
                "clang",
                Files.exists(Path.of("/usr/include/bpf/bpf_helpers.h")),
                "needs the headers of libbpf (libbpf-dev)");
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void shouldBeWhatTheSourcesCompileTo() throws IOException, InterruptedException {
        run(BpfSources.DIRECTORY.resolve("build.sh").toString(), directory.toString());
        String version = run("clang", "--version");
        for (String name : BpfSources.OBJECTS) {
            byte[] compiled = Files.readAllBytes(directory.resolve(name + ".bpf.o"));
            if (version.contains(CLANG)) {
                assertThat(Arrays.equals(compiled, kept(name)))
                        .as("%s.bpf.o in the resources is that of its source; else run src/main/bpf/build.sh", name)
                        .isTrue();
            } else {
                assertThat(compiled).startsWith(0x7f, 'E', 'L', 'F');
            }
        }
    }

    private static byte[] kept(String name) throws IOException {
        try (InputStream in = BpfObject.class.getResourceAsStream(name + ".bpf.o")) {
            assertThat(in).as(name).isNotNull();
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }
}
