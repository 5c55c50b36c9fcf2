package io.pidcap.it.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.platform.WindowsArguments;
import io.pidcap.it.support.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pidcap.cmd} and the quoting of arguments, judged by Wine's {@code cmd.exe} and {@code CommandLineToArgvW}. */
class LauncherIT {
    @TempDir
    static Path directory;

    private static Wine wine;
    private static Path javaHome;

    /** A folder whose name has what a batch file easily trips over. */
    private static Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        Require.all(Require.WINE, Require.MINGW);
        wine = new Wine(directory);
        javaHome = directory.resolve("jdk");
        Files.createDirectories(javaHome.resolve("bin"));
        Wine.compile("arguments.c", javaHome.resolve("bin/java.exe"));
        folder = Files.createDirectory(directory.resolve("pid cap (x86) & co"));
        Path dist = Path.of(System.getProperty("pidcap.dist"));
        Files.copy(dist.resolve("pidcap.cmd"), folder.resolve("pidcap.cmd"));
        Files.createDirectory(folder.resolve("lib"));
        Files.createFile(folder.resolve("lib/pidcap-coordinator.jar"));
    }

    @AfterAll
    static void end() throws Exception {
        if (wine != null) {
            wine.shutDown();
        }
    }

    /** @param where the folder of {@code pidcap.cmd} */
    private static Wine.Result pidcap(Path where, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("cmd", "/c", "pidcap.cmd"));
        command.addAll(List.of(arguments));
        return wine.run(where, environment, command);
    }

    private static Map<String, String> withJava() {
        return Map.of("JAVA_HOME", Wine.path(javaHome));
    }

    @Test
    void shouldHandOverTheArgumentsAndTheStatus() throws Exception {
        String[] arguments = {"run", "-w", "my file.pcapng", "--", "curl", "http://[::1]/?a=b;c", "", "!x!", "it's"};
        Wine.Result result = pidcap(folder, withJava(), arguments);

        assertThat(result.exitCode()).as(result.err()).isEqualTo(7);
        List<String> got = result.zeroEnded();
        int main = got.indexOf("io.pidcap.coordinator.cli.CoordinatorMain");
        assertThat(got.subList(main + 1, got.size())).containsExactly(arguments);
        String lib = Wine.path(folder) + "\\lib";
        assertThat(got.subList(0, main))
                .contains("-Dpidcap.lib=" + lib, "-Dpidcap.launcher=" + Wine.path(folder) + "\\pidcap.cmd", "-Xmx256m")
                .endsWith(
                        "-cp",
                        lib + "\\pidcap-capture-worker.jar;" + lib + "\\pidcap-event-worker.jar;" + lib
                                + "\\pidcap-coordinator.jar");
    }

    @Test
    void shouldGiveFilterTheMemoryThatItNeedsAndWorkersTheirOptions() throws Exception {
        Map<String, String> environment =
                Map.of("JAVA_HOME", Wine.path(javaHome), "PIDCAP_WORKER_JVM_OPTIONS", "-Xmx99m -Da=b");
        List<String> got = pidcap(folder, environment, "filter", "in.pcap").zeroEnded();

        assertThat(got).contains("-Xmx1g", "-Dpidcap.worker.jvm=-Xmx99m -Da=b").doesNotContain("-Xmx256m");
    }

    @Test
    void shouldFindJavaOnThePath() throws Exception {
        Map<String, String> environment = Map.of("WINEPATH", Wine.path(javaHome.resolve("bin")));
        assertThat(pidcap(folder, environment, "doctor").exitCode()).isEqualTo(7);
    }

    @Test
    void shouldSayWhatIsMissing() throws Exception {
        Wine.Result noJava = pidcap(folder, Map.of(), "doctor");
        assertThat(noJava.exitCode()).isEqualTo(1);
        assertThat(noJava.err()).contains("no java.exe in JAVA_HOME or on the path");

        Path empty = Files.createDirectory(directory.resolve("empty (1)"));
        Files.copy(folder.resolve("pidcap.cmd"), empty.resolve("pidcap.cmd"));
        Wine.Result notBuilt = pidcap(empty, withJava(), "doctor");
        assertThat(notBuilt.exitCode()).isEqualTo(1);
        assertThat(notBuilt.err()).contains(Wine.path(empty) + "\\lib\\pidcap-coordinator.jar", "build it with");
    }

    @Test
    void shouldQuoteSoThatEachArgumentArrives() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<List<String>> commands = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            List<String> command = new ArrayList<>(List.of("program"));
            for (int words = random.nextInt(5); words > 0; words--) {
                command.add(word(random));
            }
            commands.add(command);
            lines.append(String.join(" ", WindowsArguments.quoted(command))).append('\0');
        }
        Path in = Files.writeString(directory.resolve("lines"), lines);
        Path out = directory.resolve("words");
        Wine.compile("lines.c", directory.resolve("lines.exe"));
        Wine.Result result = wine.run(directory, Map.of(), List.of("lines.exe", "lines", "words"));
        assertThat(result.exitCode()).as(result.err()).isZero();

        List<String> words = Wine.splitAtZeros(Files.readString(out));
        int at = 0;
        for (List<String> command : commands) {
            int count = Integer.parseInt(words.get(at));
            assertThat(words.subList(at + 1, at + 1 + count))
                    .as("seed %d", seed)
                    .isEqualTo(command);
            at += 1 + count;
        }
        assertThat(at).isEqualTo(words.size());
        assertThat(Files.size(in)).isLessThan(1 << 20);
    }

    private static String word(Random random) {
        String alphabet = "ab \\\\\"\t\u00e4";
        StringBuilder word = new StringBuilder();
        for (int length = random.nextInt(9); length > 0; length--) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }
}
