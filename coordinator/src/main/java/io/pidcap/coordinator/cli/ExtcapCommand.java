package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.extcap.ExtcapAnswers;
import io.pidcap.coordinator.extcap.ProcessChoice;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.protocol.wire.Build;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap extcap}: what puts pidcap into Wireshark's list of interfaces, and what Wireshark then calls. */
@Command(
        name = "extcap",
        sortOptions = false,
        header = "Adds pidcap to Wireshark's list of interfaces.",
        description = {
            "",
            "With --install Wireshark and tshark list the interface `pidcap: packets of a process`, whose options have "
                    + "a list of the running processes. They call this command for it.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class ExtcapCommand extends BaseCommand {
    @ArgGroup
    final Action action = new Action();

    @Option(
            names = "--global",
            description = "With --install or --uninstall: for all users of this system, not only for you.")
    boolean global;

    @Option(names = "--extcap-interface", hidden = true, description = "The interface that is meant.")
    String interfaceName = "";

    @Option(names = "--extcap-version", arity = "0..1", hidden = true, description = "Wireshark's version.")
    String wiresharkVersion = "";

    @Option(names = "--extcap-reload-option", hidden = true, description = "The option whose values are asked for.")
    @Nullable
    String reloadOption;

    @Option(names = "--extcap-capture-filter", hidden = true, description = "Of pcap-filter(7).")
    @Nullable
    String captureFilter;

    @Option(names = "--fifo", hidden = true, description = "Where the packets are to be written.")
    String fifo = "";

    @Mixin
    final ExtcapOptions options = new ExtcapOptions();

    /** At most one of these. */
    static final class Action {
        @Option(names = "--install", description = "Add it for you; `tshark -D` lists it then.")
        boolean install;

        @Option(names = "--uninstall", description = "Take it away again.")
        boolean uninstall;

        @Option(names = "--extcap-interfaces", hidden = true, description = "List the interfaces.")
        boolean listInterfaces;

        @Option(names = "--extcap-dlts", hidden = true, description = "List the link types.")
        boolean listLinkTypes;

        @Option(names = "--extcap-config", hidden = true, description = "List the options.")
        boolean listOptions;

        @Option(names = "--capture", hidden = true, description = "Capture.")
        boolean capture;
    }

    @Override
    int execute(Console console) throws Exception {
        if (action.install) {
            ExtcapInstallation.find(global).install(console);
        } else if (action.uninstall) {
            ExtcapInstallation.find(global).uninstall(console);
        } else if (action.listInterfaces) {
            console.printUtf8(ExtcapAnswers.interfaces(Build.version()));
        } else {
            checkInterface();
            return answer(console);
        }
        return ExitCode.OK.status();
    }

    private void checkInterface() {
        if (interfaceName.isEmpty()) {
            throw new SessionException(
                    Kind.USAGE, "nothing is asked of it", "add --install; the rest is for Wireshark to ask");
        }
        if (!interfaceName.equals(ExtcapAnswers.INTERFACE)) {
            throw new SessionException(
                    Kind.NOT_FOUND,
                    "there is no interface " + interfaceName + " here",
                    "it is called " + ExtcapAnswers.INTERFACE);
        }
    }

    private int answer(Console console) throws Exception {
        if (action.listLinkTypes) {
            console.printUtf8(ExtcapAnswers.linkTypes());
        } else if (action.listOptions) {
            console.printUtf8(ExtcapChoices.of(console, reloadOption));
        } else if (action.capture) {
            return capture(console);
        } else if (captureFilter != null) {
            throw new SessionException(
                    Kind.NOT_SUPPORTED, "a filter is not checked before the capture", "libpcap tells then");
        }
        return ExitCode.OK.status();
    }

    /**
     * As {@code pidcap capture} would, but says nothing unless something failed: Wireshark shows what stands on standard
     * error as a failure.
     */
    private int capture(Console console) throws Exception {
        if (fifo.isEmpty()) {
            throw new SessionException(Kind.USAGE, "--capture needs --fifo", "");
        }
        CaptureCommand capture = new CaptureCommand();
        new CommandLine(new RootCommand())
                .addSubcommand(CommandName.CAPTURE.word(), capture)
                .parseArgs(captureArguments().toArray(String[]::new));
        ProcessChoice choice = options.choice();
        switch (choice.kind()) {
            case ALL -> {}
            case NAME -> capture.targets.names.add(choice.name());
            case PID -> capture.targets.pids.add(choice.pid());
        }
        ProcessHandle.current().parent().ifPresent(capture::endWith);
        return capture.execute(console.ofErrors());
    }

    List<String> captureArguments() {
        List<String> arguments = options.captureArguments();
        arguments.add(0, CommandName.CAPTURE.word());
        arguments.add("--write=" + fifo);
        if (captureFilter != null && !captureFilter.isBlank()) {
            arguments.add("--filter=" + captureFilter);
        }
        return arguments;
    }
}
