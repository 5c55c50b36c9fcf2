package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.reading.CaptureConversion;
import io.pidcap.coordinator.reading.CaptureInputs;
import io.pidcap.coordinator.reading.TimeResolution;
import io.pidcap.coordinator.session.Json;
import io.pidcap.protocol.file.CaptureInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap convert}. */
@Command(
        name = "convert",
        sortOptions = false,
        header = "Writes a capture in another format.",
        description = {
            "",
            "To pcap if OUT ends in .pcap, otherwise to pcapng. Says what the format has no place for. A pcap file keeps "
                    + "the resolution of the times unless another is chosen; a pcapng file has nanoseconds.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class ConvertCommand extends BaseCommand {
    @Mixin
    final OutputOptions files = new OutputOptions();

    /** At most one. */
    static final class Resolution {
        @Option(names = "--nano", description = "Write pcap with times in nanoseconds.")
        boolean nano;

        @Option(names = "--micro", description = "Write pcap with times in microseconds.")
        boolean micro;
    }

    @ArgGroup
    @Nullable
    Resolution resolution;

    @Option(names = "--json", description = "Print what was done as JSON.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        CaptureConversion.Report report;
        try (CaptureInput input = CaptureInputs.open(files.input, System.in)) {
            report = CaptureConversion.run(input, files.request(), chosen());
        }
        if (json) {
            console.println(Json.write(report));
        } else {
            console.println(report.packets() + " packets written to " + report.file() + " (" + report.format() + ")");
            report.lost().forEach(line -> console.say("not in " + report.file() + ": " + line));
        }
        if (!report.problem().isEmpty()) {
            console.say(report.problem() + "; what comes before it is converted");
            return ExitCode.FAILURE.status();
        }
        return ExitCode.OK.status();
    }

    private TimeResolution chosen() {
        if (resolution == null) {
            return TimeResolution.KEPT;
        }
        return resolution.nano ? TimeResolution.NANOSECONDS : TimeResolution.MICROSECONDS;
    }
}
