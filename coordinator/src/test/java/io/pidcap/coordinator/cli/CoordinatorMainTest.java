package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.session.SessionConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

class CoordinatorMainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;

    @BeforeEach
    void redirect() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(realOut);
        System.setErr(realErr);
    }

    private static CommandLine subcommand(CommandLine root, String name) {
        CommandLine found = root.getSubcommands().get(name);
        if (found == null) {
            throw new AssertionError("no command " + name);
        }
        return found;
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(CommandName.class)
    void shouldDescribeEveryOption(CommandName name) {
        CommandSpec command = subcommand(CoordinatorMain.commandLine(name.word()), name.word())
                .getCommandSpec();

        assertThat(command.args()).isNotEmpty();
        for (ArgSpec argument : command.args()) {
            assertThat(String.join(" ", argument.description()))
                    .as("description of %s of %s", argument, name.word())
                    .isNotBlank()
                    .endsWith(".");
        }
    }

    @ParameterizedTest
    @EnumSource(CommandName.class)
    void shouldShowHelpThatFitsATerminal(CommandName name) {
        assertThat(CoordinatorMain.run(name.word(), "--help")).isZero();
        assertThat(printed().lines())
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(line).hasSizeLessThanOrEqualTo(80).doesNotContain("${"));
        assertThat(said()).isEmpty();
    }

    @Test
    void shouldListEveryCommandButTheHiddenOne() {
        assertThat(CoordinatorMain.run("--help")).isZero();
        assertThat(printed())
                .contains("  run ", "  capture ", "  start ", "  stop ", "  status ", "  restart ")
                .contains("  interfaces ", "  ports ", "  doctor ")
                .doesNotContain("serve");
    }

    @Test
    void shouldPrintTheVersion() {
        assertThat(CoordinatorMain.run("--version")).isZero();
        assertThat(printed()).startsWith("pidcap ").contains("Java ");
    }

    @Test
    void shouldShowHelpWhenNothingIsAsked() {
        assertThat(CoordinatorMain.run()).isEqualTo(ExitCode.USAGE.status());
        assertThat(said()).contains("Commands:");
        assertThat(printed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "frobnicate | there is no command 'frobnicate'; see `pidcap --help`",
                "run | Missing required parameter: 'COMMAND'; see `pidcap run --help`",
                "capture --nosuch | Unknown option: '--nosuch'; see `pidcap capture --help`",
                "capture --duration 5q | '5q' is not a duration",
                "capture --buffer many | 'many' is not a size",
                "capture -n x --time-stamp-precision micro -w x.pcapng | times in a pcapng file are in nanoseconds",
                "start -n x --annotate none --with-args | contradict each other",
                "start -n x --annotate much | expected one of",
                "capture -n x -s -1 | --snaplen is -1: it must be 0 to 262144",
                "capture -n x -w x.pcap -W 3 | -W: there is one file only",
                "capture -n x -w x.pcap -C 1 -W 0 | -W is 0: it must be 1 to 100000",
                "capture -n x -C 0 | '0' is not a size",
                "capture -n x -G 60 | -C, -G and -W: standard output is not several files",
                "capture -n x -w - -C 1 | -C, -G and -W: standard output is not several files",
                "capture -n x -w - -W 2 | -C, -G and -W: standard output is not several files",
                "capture -n x --split | --split: standard output is not several files",
                "start -n x -G 60 | -G: the file's name must have the time in it",
                "capture -n x -G 60 -w x.pcapng | -G: the file's name must have the time in it",
                "capture -n x -G 60 -w %Y-%q.pcapng | %q is none of %Y",
                "capture -n x -G 500ms -w %s.pcapng | -G (in ms) is 500",
                "start -n x -C 1 --split -w x.pcapng | --split and -C or -G",
                "capture -n x -f udp tcp port 80 | -f and \"tcp port 80\": there are two filter expressions",
                "start -n x tcp -f udp | -f and \"tcp\": there are two filter expressions",
                "capture -n x -c -5 | --packets is -5",
                "capture --user no-such-user | --user no-such-user: there is no such user",
                "capture --user 4294967295 | there is no such user",
                "capture --exe / | --exe /: it is a directory",
                "restart x nosuch | expected one of",
                "filter x --journal y -w z --time-stamp-precision micro | times in a pcapng file are in nanoseconds",
                "filter /etc/passwd -n y -w z | name the journal of a session that ran meanwhile with --journal",
                "start -n x --events magic | expected one of",
            })
    void shouldRefuseWrongUseInOneLine(String line, String expected) {
        assertThat(CoordinatorMain.run(line.trim().split(" "))).isEqualTo(ExitCode.USAGE.status());
        assertThat(said()).startsWith("pidcap: ").contains(expected.trim());
        assertThat(said().lines()).hasSize(1);
    }

    @Test
    void shouldNotTakeTheOptionsOfTheCommandForItsOwn() {
        CommandLine root = CoordinatorMain.commandLine("run");
        RunCommand run = subcommand(root, "run").getCommand();

        root.parseArgs("run", "-w", "a.pcap", "curl", "-w", "format", "--", "-s");

        assertThat(run.command).containsExactly("curl", "-w", "format", "--", "-s");
        assertThat(String.valueOf(run.options.output)).isEqualTo("a.pcap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "capture -n curl -i lo tcp port 80",
                "capture tcp port 80 -n curl -i lo",
                "start -n curl tcp -i lo -- port 80",
                "capture -n curl -f tcp_port_80",
            })
    void shouldTakeTheWordsBehindTheOptionsForTheFilter(String line) {
        String[] words = line.split(" ");
        CommandLine root = CoordinatorMain.commandLine(words[0]);
        root.parseArgs(Stream.of(words).map(word -> word.replace('_', ' ')).toArray(String[]::new));
        SessionConfig config;
        if (subcommand(root, words[0]).getCommand() instanceof CaptureCommand capture) {
            capture.options.filterIs(capture.expression);
            config = capture.options.toLiveConfig(capture.targets);
        } else {
            StartCommand start = subcommand(root, words[0]).getCommand();
            start.options.filterIs(start.expression);
            config = start.options.toConfig(start.targets);
        }
        assertThat(config.filter()).isEqualTo("tcp port 80");
        assertThat(config.names()).containsExactly("curl");
    }

    @Test
    void shouldReturn127WhenThereIsNoSuchCommand() {
        assertThat(CoordinatorMain.run("run", "--", "no-such-command-anywhere"))
                .isEqualTo(ExitCode.RUN_NOT_FOUND.status());
        assertThat(said()).isEqualTo("pidcap: no-such-command-anywhere: there is no such command in PATH\n");
    }

    @Test
    void shouldReturn126WhenTheCommandCannotBeExecuted() {
        assertThat(CoordinatorMain.run("run", "--", "/etc/passwd")).isEqualTo(ExitCode.RUN_NOT_EXECUTABLE.status());
    }
}
