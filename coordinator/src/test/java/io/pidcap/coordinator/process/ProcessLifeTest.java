package io.pidcap.coordinator.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessLifeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** Its parent becomes a program that waits for no child. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems have no zombies")
    void shouldSeeThatAZombieHasEnded() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; exec sleep 1000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            assertThat(ProcessLife.isRunning(child)).isTrue();
            assertThat(ProcessLife.awaitEnd(child, Duration.ZERO)).isFalse();
            var end = ProcessLife.onEnd(child);
            assertThat(end).isNotDone();
            assertThat(child.destroyForcibly()).isTrue();
            assertThat(ProcessLife.awaitEnd(child, LONG)).isTrue();
            end.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(ProcessLife.isRunning(child)).isFalse();
            assertThat(Files.readString(Path.of("/proc/" + child.pid() + "/stat")))
                    .contains(") Z ");
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldSeeThatAProcessIsGone() throws Exception {
        Process child = new ProcessBuilder("true").start();
        ProcessHandle handle = child.toHandle();
        child.waitFor();

        assertThat(ProcessLife.awaitEnd(handle, LONG)).isTrue();
        assertThat(ProcessLife.isRunning(ProcessHandle.current())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "7 (java) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 31 0, false",
        "7 (java) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0, true",
        "7 (java) X 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 0 0, true",
        // Its first thread has ended, another has not.
        "7 (java) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0, false",
        "7 (a) Z 1 (b) R 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0, false",
        "7 (a) R 1) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0, true",
    })
    void shouldReadTheFieldsBehindTheName(String line, boolean ended) {
        assertThat(ProcessStat.parse(line).orElseThrow().hasEnded()).isEqualTo(ended);
    }

    @ParameterizedTest
    @CsvSource({"''", "7 (java", "7 (java) Z", "7 (java) ZZ 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0"})
    void shouldLeaveOpenWhatALineDoesNotTell(String line) {
        assertThat(ProcessStat.parse(line)).isEmpty();
    }
}
