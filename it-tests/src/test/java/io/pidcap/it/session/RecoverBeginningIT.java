package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Assassin;
import io.pidcap.it.support.Await;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The coordinator is killed while its session begins, at each step: in the end nothing is in the way of the next one. */
class RecoverBeginningIT {
    private static final int SIGKILL_STATUS = 137;

    @TempDir
    Path directory;

    private Path files;

    @BeforeEach
    void needs() throws IOException {
        Require.all(Require.ROOT);
        files = Files.createDirectory(directory.resolve("files"));
    }

    /** Columns: the class that the coordinator needs next, whether the session can be seen then, and an unfinished file. */
    @ParameterizedTest
    @CsvSource({
        "io/pidcap/coordinator/session/Logs, -w a.pcapng, false, false",
        "io/pidcap/coordinator/journal/FlowJournal, -w a.pcapng, true, false",
        "io/pidcap/protocol/v1/SessionStarted, -w a.pcapng, true, false",
        "io/pidcap/protocol/v1/OutputFileIntended, -w a.pcapng, true, false",
        "io/pidcap/protocol/v1/OutputFileBegun$Builder, -w a.pcapng, true, true",
        "io/pidcap/protocol/v1/OutputFileBegun$Builder, -C 1 -w a.pcap, true, true",
        "io/pidcap/protocol/v1/OutputFileBegun$Builder, -G 60 -w a-%s.pcap, true, true",
        "io/pidcap/coordinator/worker/WorkerSupervisor, -w a.pcapng, true, true",
        "io/pidcap/coordinator/worker/WorkerSupervisor, -C 1 -w a.pcapng, true, true",
        "io/pidcap/coordinator/worker/WorkerSupervisor, --split -w a.pcapng, true, false",
        "io/pidcap/coordinator/session/ControlServer, -w a.pcapng, true, true",
    })
    void shouldLeaveNothingInTheWay(String moment, String options, boolean seen, boolean unfinished) throws Exception {
        kill(moment, options);
        Pidcap pidcap = new Pidcap(directory);
        assertThat(unfinished()).hasSize(unfinished ? 1 : 0);
        Pidcap.Result recovered = pidcap.run("recover");
        assertThat(recovered.exitCode()).as(recovered.err()).isEqualTo(seen ? 1 : 4);
        assertThat(recovered.err())
                .contains(seen ? "before it was ready" : "no session has lost its coordinator")
                .doesNotContain("\tat ");
        assertThat(unfinished()).isEmpty();
        assertThat(pidcap.run("status").out()).contains("no session is running");
        List<String> again = new ArrayList<>(List.of("capture", "-n", "nobody", "-i", "lo", "--duration", "1ms"));
        again.addAll(words(options));
        Pidcap.Result captured = pidcap.run(again.toArray(String[]::new));
        assertThat(captured.exitCode()).as(captured.err()).isZero();
        assertThat(captured.err()).doesNotContain("pidcap recover");
    }

    /** It has no mark yet: nobody knows it, and what it leaves is removed once it cannot be one that begins. */
    @Test
    void shouldRemoveWhatNeverBegan() throws Exception {
        kill("io/pidcap/coordinator/session/SessionMarkFile", "-w a.pcapng");
        Path left = onlySession();
        Pidcap pidcap = new Pidcap(directory);
        assertThat(pidcap.run("status").err()).doesNotContain("removed");
        assertThat(left).exists();

        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));

        assertThat(pidcap.run("status").err()).contains("removed the session " + left.getFileName());
        assertThat(left).doesNotExist();
    }

    private Path onlySession() throws IOException {
        try (Stream<Path> sessions = Files.list(directory.resolve("state/sessions"))) {
            return sessions.findFirst().orElseThrow();
        }
    }

    /** It was about to make its file when the file of another was there. */
    @Test
    void shouldLeaveAloneWhatMayBeAnothers() throws Exception {
        Path part = Files.writeString(files.resolve("a.pcapng.part"), "of another");
        kill("io/pidcap/coordinator/output/OutputFile", "-w a.pcapng");
        Pidcap.Result recovered = new Pidcap(directory).run("recover", "--json");
        assertThat(recovered.exitCode()).as(recovered.err()).isEqualTo(1);
        assertThat(recovered.out()).contains(part + " was left alone");
        assertThat(part).hasContent("of another");
    }

    private void kill(String moment, String options) throws Exception {
        Pidcap victim = new Pidcap(directory, "", List.of(Assassin.jvmOption(directory, moment)));
        List<String> capture = new ArrayList<>(List.of("capture", "-n", "nobody", "-i", "lo"));
        capture.addAll(words(options));
        Pidcap.Result killed = victim.run(capture.toArray(String[]::new));
        assertThat(killed.exitCode()).as(killed.err()).isEqualTo(SIGKILL_STATUS);
        Await.until(
                "no process of it is left",
                () -> processesWith(directory.resolve("state").toString()).isEmpty());
    }

    private List<String> words(String options) {
        return Arrays.stream(options.split(" "))
                .map(word -> word.startsWith("a") ? files.resolve(word).toString() : word)
                .toList();
    }

    private List<Path> unfinished() throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            return all.filter(path -> path.toString().endsWith(".part")).toList();
        }
    }

    private static List<Long> processesWith(String text) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> Arrays.toString(arguments).contains(text))
                        .orElse(false))
                .map(ProcessHandle::pid)
                .toList();
    }
}
