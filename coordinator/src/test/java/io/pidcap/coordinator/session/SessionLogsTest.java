package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionLogsTest {
    private static final int MOST_BYTES = 1000;

    @TempDir
    Path directory;

    /** A process that keeps its log open and prints a line for each one that it reads. */
    @Test
    void shouldStayBoundedWhileAProcessWritesOn() throws Exception {
        Path log = directory.resolve("events-1.log");
        SessionLogs logs = new SessionLogs(directory, MOST_BYTES, 40);
        Process printer = new ProcessBuilder("sh", "-c", "while read line; do echo $line; echo >&2; done")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long printed = 0;
        try (var input = printer.getOutputStream();
                var done = printer.getErrorStream()) {
            for (int i = 0; i < 300; i++) {
                byte[] line = String.format("line %04d\n", i).getBytes(StandardCharsets.UTF_8);
                input.write(line);
                input.flush();
                assertThat(done.read()).isEqualTo('\n');
                printed += line.length;
                logs.bound();
                assertThat(bytes()).isLessThanOrEqualTo(2 * MOST_BYTES + line.length);
            }
        } finally {
            printer.destroyForcibly().waitFor();
        }
        Path old = directory.resolve("events-1.log.old");
        assertThat(Files.readString(old) + Files.readString(log)).endsWith("line 0298\nline 0299\n");
        assertThat(logs.note().orElseThrow()).contains("oldest " + (printed - bytes()) + " bytes");
    }

    @Test
    void shouldKeepTheNewestLogs() throws IOException {
        SessionLogs logs = new SessionLogs(directory, MOST_BYTES, 3);
        for (int run = 1; run <= 5; run++) {
            Path log = Files.writeString(directory.resolve("capture-" + run + ".log"), "12345");
            Files.setLastModifiedTime(log, FileTime.fromMillis(run * 1000L));
        }

        logs.bound();

        assertThat(names()).containsExactly("capture-3.log", "capture-4.log", "capture-5.log");
        assertThat(logs.note().orElseThrow()).contains("oldest 10 bytes");
    }

    @Test
    void shouldLeaveShortLogsAlone() throws IOException {
        Files.writeString(directory.resolve("coordinator.log"), "short");
        SessionLogs logs = new SessionLogs(directory);

        logs.bound();

        assertThat(names()).containsExactly("coordinator.log");
        assertThat(logs.note()).isEmpty();
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (String name : names()) {
            sum += Files.size(directory.resolve(name));
        }
        return sum;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }
}
