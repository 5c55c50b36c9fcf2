package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.extcap.ProcessChoice;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * What was chosen in Wireshark's dialog for the interface, and how {@code pidcap capture} calls it. Empty texts are what
 * was left empty there.
 */
final class ExtcapOptions {
    @Option(names = "--process", hidden = true, description = "The one chosen: all, name:NAME or pid:PID.")
    String process = "";

    @Option(names = "--name", hidden = true, description = "More names, divided by commas.")
    String names = "";

    @Option(names = "--children", arity = "0..1", hidden = true, description = "Their child processes too.")
    boolean children;

    @Option(names = "--interface", hidden = true, description = "Where to capture.")
    String interfaceName = "";

    @Option(names = "--snaplen", hidden = true, description = "Bytes kept of each packet.")
    String snaplen = "";

    @Option(names = "--promiscuous", arity = "0..1", hidden = true, description = "In promiscuous mode.")
    boolean promiscuous;

    @Option(names = "--prefilter", arity = "0..1", hidden = true, description = "Drop in the kernel.")
    boolean prefilter;

    @Option(names = "--annotate", hidden = true, description = "What packets tell of their process.")
    String annotate = "";

    @Option(names = "--with-args", arity = "0..1", hidden = true, description = "Tell paths and arguments.")
    boolean withArguments;

    /** The arguments of {@code capture} for all but {@link #choice}. */
    List<String> captureArguments() {
        List<String> arguments = new ArrayList<>();
        addValue(arguments, "--name", names);
        addFlag(arguments, "--children", children);
        addValue(arguments, "--interface", interfaceName);
        addValue(arguments, "--snaplen", snaplen);
        addFlag(arguments, "--promiscuous", promiscuous);
        addFlag(arguments, "--prefilter", prefilter);
        addValue(arguments, "--annotate", annotate);
        addFlag(arguments, "--with-args", withArguments);
        return arguments;
    }

    private static void addValue(List<String> arguments, String option, String value) {
        if (!value.isBlank()) {
            arguments.add(option + "=" + value.strip());
        }
    }

    private static void addFlag(List<String> arguments, String option, boolean set) {
        if (set) {
            arguments.add(option);
        }
    }

    /** @throws SessionException it is not one that was offered */
    ProcessChoice choice() {
        try {
            return ProcessChoice.parse(process);
        } catch (IllegalArgumentException e) {
            throw new SessionException(
                    Kind.USAGE, "--process: " + e.getMessage(), "choose one of the list of processes", e);
        }
    }
}
