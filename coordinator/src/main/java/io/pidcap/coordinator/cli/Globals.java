package io.pidcap.coordinator.cli;

import picocli.CommandLine.Option;

/** Options that every command takes. */
final class Globals {
    @Option(names = "--debug", description = "Show where in the program an error arose, and log to standard error.")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
