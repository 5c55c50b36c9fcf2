package io.pidcap.coordinator.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code pidcap} alone is: help. */
@Command(
        name = "pidcap",
        description = {
            "Captures the network packets of named processes into a file that Wireshark opens.",
            "",
            "  pidcap run -- curl https://example.org     capture one command",
            "  pidcap capture -n firefox -w web.pcapng    capture until Ctrl-C",
            "  pidcap start -n nginx; pidcap stop         capture in the background",
            ""
        },
        versionProvider = Versions.class,
        commandListHeading = "%nCommands:%n",
        footer = {"", "`pidcap COMMAND --help` shows the options of a command; `pidcap doctor` what this host can do."})
final class RootCommand implements Runnable {
    @Mixin
    final Globals globals = new Globals();

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    @Spec
    CommandSpec spec;

    RootCommand() {
        spec = CommandSpec.create();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given");
    }
}
