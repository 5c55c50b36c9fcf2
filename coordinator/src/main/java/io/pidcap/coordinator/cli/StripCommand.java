package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.reading.CaptureInputs;
import io.pidcap.coordinator.reading.ProcessStripping;
import io.pidcap.coordinator.session.Json;
import io.pidcap.protocol.file.CaptureInput;
import io.pidcap.protocol.file.ProcessStripper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap strip}. */
@Command(
        name = "strip",
        sortOptions = false,
        header = "Copies a capture without what it says of processes.",
        description = {
            "",
            "Takes pidcap's comments, process ids and descriptions of processes out of a pcapng file. All else is copied "
                    + "byte for byte, but for the length of a section where one is told. A pcap file has nothing of the "
                    + "kind and is copied as it is.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class StripCommand extends BaseCommand {
    @Mixin
    final OutputOptions files = new OutputOptions();

    @Option(names = "--comments", description = "Take out all comments of packets, those of others too.")
    boolean comments;

    @Option(names = "--json", description = "Print what was done as JSON.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        ProcessStripping.Report report;
        try (CaptureInput input = CaptureInputs.open(files.input, System.in)) {
            report = ProcessStripping.run(input, files.request(), comments);
        }
        console.println(json ? Json.write(report) : describe(report));
        if (!report.problem().isEmpty()) {
            console.say(report.problem() + "; what comes before it is copied");
            return ExitCode.FAILURE.status();
        }
        return ExitCode.OK.status();
    }

    private static String describe(ProcessStripping.Report report) {
        ProcessStripper.Counts counts = report.counts();
        StringBuilder text =
                new StringBuilder("written to ").append(report.file()).append(", without ");
        text.append(counts.removedComments()).append(" comments, ");
        text.append(counts.removedOptions()).append(" process options of packets and ");
        text.append(counts.removedBlocks()).append(" descriptions of processes");
        if (counts.keptComments() > 0) {
            text.append("; ").append(counts.keptComments()).append(" comments of others stay (--comments)");
        }
        if (counts.lengthsUnset() > 0) {
            text.append("; the length of ").append(counts.lengthsUnset()).append(" sections is not told any more");
        }
        return text.toString();
    }
}
