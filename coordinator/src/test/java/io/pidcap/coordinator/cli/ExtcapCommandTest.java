package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pidcap.coordinator.extcap.ProcessChoice;
import io.pidcap.coordinator.failure.SessionException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ExtcapCommandTest {
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

    private static ExtcapCommand parsed(List<String> arguments) {
        ExtcapCommand command = new ExtcapCommand();
        new CommandLine(command).parseArgs(arguments.toArray(String[]::new));
        return command;
    }

    /** Wireshark passes each value as an argument of its own; a person may join them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHandOnWhatWasChosenToCapture(boolean joined) {
        String[][] options = {
            {"--extcap-interface", "pidcap"},
            {"--extcap-capture-filter", "tcp port 80 or udp"},
            {"--fifo", "/tmp/wireshark extcap"},
            {"--process", "name:a%20b"},
            {"--name", "curl,wget"},
            {"--interface", "lo"},
            {"--snaplen", "96"},
            {"--annotate", "comment"}
        };
        List<String> arguments = new ArrayList<>(List.of("--capture", "--children"));
        for (String[] option : options) {
            arguments.addAll(joined ? List.of(option[0] + "=" + option[1]) : List.of(option));
        }
        arguments.add("--with-args");

        ExtcapCommand command = parsed(arguments);

        assertThat(command.options.choice()).isEqualTo(ProcessChoice.named("a b"));
        assertThat(command.captureArguments())
                .containsExactly(
                        "capture",
                        "--name=curl,wget",
                        "--children",
                        "--interface=lo",
                        "--snaplen=96",
                        "--annotate=comment",
                        "--with-args",
                        "--write=/tmp/wireshark extcap",
                        "--filter=tcp port 80 or udp");
        CaptureCommand capture = new CaptureCommand();
        new CommandLine(new RootCommand())
                .addSubcommand("capture", capture)
                .parseArgs(command.captureArguments().toArray(String[]::new));
        assertThat(capture.targets.names).containsExactly("curl", "wget");
        assertThat(capture.targets.children).isTrue();
        assertThat(capture.options.interfaces).containsExactly("lo");
        assertThat(capture.options.snaplen).isEqualTo(96);
        assertThat(capture.options.filter).isEqualTo("tcp port 80 or udp");
        assertThat(String.valueOf(capture.options.output)).isEqualTo("/tmp/wireshark extcap");
    }

    @Test
    void shouldTakeWhatWasLeftEmptyForNotAsked() {
        ExtcapCommand command = parsed(List.of(
                "--capture",
                "--extcap-interface",
                "pidcap",
                "--fifo",
                "/tmp/f",
                "--process",
                "all",
                "--name",
                "",
                "--promiscuous",
                "false",
                "--children",
                "true"));
        assertThat(command.options.choice()).isEqualTo(ProcessChoice.ALL);
        assertThat(command.captureArguments()).containsExactly("capture", "--children", "--write=/tmp/f");
    }

    @Test
    void shouldAnswerWireshark() {
        assertThat(CoordinatorMain.run("extcap", "--extcap-interfaces", "--extcap-version=4.0"))
                .isZero();
        assertThat(CoordinatorMain.run("extcap", "--extcap-dlts", "--extcap-interface", "pidcap"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines().map(line -> line.split(" ", 2)[0]))
                .containsExactly("extcap", "interface", "dlt");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "extcap | 2 | nothing is asked of it; add --install",
                "extcap --global | 2 | nothing is asked of it",
                "extcap --install --uninstall | 2 | mutually exclusive",
                "extcap --extcap-dlts --extcap-interface eth0 | 4 | there is no interface eth0 here; it is called pidcap",
                "extcap --capture --extcap-interface pidcap | 2 | --capture needs --fifo",
                "extcap --capture --extcap-interface pidcap --fifo /tmp/f --process x | 2 | 'x' is not all, name:NAME",
                "extcap --capture --extcap-interface pidcap --fifo /tmp/f --snaplen many | 2 | see `pidcap capture --help`",
            })
    void shouldRefuseInOneLine(String line, int status, String expected) {
        assertThat(CoordinatorMain.run(line.trim().split(" "))).isEqualTo(status);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("pidcap: ").contains(expected.trim());
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldNotTakeAPidThatIsNone() {
        ExtcapCommand command = parsed(List.of("--capture", "--process=pid:none"));
        assertThatExceptionOfType(SessionException.class).isThrownBy(command.options::choice);
    }
}
