package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.printing.PacketJson;
import io.pidcap.coordinator.printing.PacketLine;
import io.pidcap.coordinator.reading.CaptureInputs;
import io.pidcap.coordinator.reading.CaptureReading;
import io.pidcap.coordinator.reading.FlowRow;
import io.pidcap.coordinator.reading.FlowStatistics;
import io.pidcap.coordinator.session.Json;
import io.pidcap.protocol.file.CaptureInput;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap read}. */
@Command(
        name = "read",
        sortOptions = false,
        header = "Prints the packets of a capture file.",
        description = {
            "",
            "One line for each packet, with the process before it where the file tells it. Reads pcap and pcapng of any "
                    + "program, compressed by gzip or not.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class ReadCommand extends BaseCommand {
    @Parameters(paramLabel = "FILE", description = "The capture file; - for standard input.")
    String file = "";

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "End after N packets.")
    long count = Long.MAX_VALUE;

    @Option(names = "--stats", description = "Print a table instead: a row for each process and flow.")
    boolean stats;

    @Option(names = "--json", description = "Print JSON: a line for each packet, or, with --stats, for each flow.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        if (count < 1) {
            throw new SessionException(Kind.USAGE, "-c is " + count + ": it must be at least 1", "");
        }
        CaptureReading.Result result;
        try (CaptureInput input = CaptureInputs.open(file, System.in)) {
            result = stats ? readStatistics(console, input) : readPackets(console, input);
        }
        if (result.undecoded() > 0) {
            console.say(result.undecoded() + " of " + result.packets()
                    + " packets could not be decoded: of these only link type and length are shown");
        }
        if (result.skippedBlocks() > 0) {
            console.say(result.skippedBlocks() + " blocks of unknown kinds were passed over");
        }
        if (!result.problem().isEmpty()) {
            console.say(result.problem() + "; the " + result.packets() + " packets before it are shown");
            return ExitCode.FAILURE.status();
        }
        return ExitCode.OK.status();
    }

    private CaptureReading.Result readPackets(Console console, CaptureInput input) {
        PacketLine line = new PacketLine(ZoneId.systemDefault());
        // From a pipe packets come one by one, and each is shown at once.
        LineOutput lines = new LineOutput(console, file.equals(CaptureInputs.STANDARD_INPUT));
        CaptureReading reading = new CaptureReading(
                (packet, process) -> lines.add(json ? PacketJson.line(packet, process) : line.of(packet, process)),
                count);
        CaptureReading.Result result = reading.run(input);
        lines.flush();
        return result;
    }

    private CaptureReading.Result readStatistics(Console console, CaptureInput input) {
        FlowStatistics statistics = new FlowStatistics();
        CaptureReading.Result result = new CaptureReading(statistics, count).run(input);
        List<FlowRow> rows = statistics.rows();
        if (json) {
            LineOutput lines = new LineOutput(console, false);
            rows.forEach(row -> lines.add(Json.writeLine(row)));
            lines.flush();
        } else {
            console.print(FlowTable.of(rows, ZoneId.systemDefault()));
        }
        return result;
    }
}
