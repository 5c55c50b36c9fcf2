package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
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
                "capture -n x -s 0 | --snaplen is 0: it must be 1 to 262144",
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
