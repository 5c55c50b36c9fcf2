package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.worker.RecordingWorker;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap record}. */
@Command(
        name = "record",
        header = "Writes down what Windows tells of sockets, for pidcap's tests.",
        description = {
            "",
            "Writes the records of WinDivert's SOCKET and FLOW layers and the tables of IP Helper to a file, byte for "
                    + "byte, until Ctrl-C. It names the programs of this host, their paths, and all addresses that they "
                    + "talk to. Only on Windows, as administrator.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class RecordCommand extends BaseCommand {
    @Parameters(paramLabel = "FILE", description = "Must not be there.")
    Path file = Path.of("");

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = Units.Millis.class,
            description = "Stop after this time, such as 10s, 5m or 1h. Default: no limit.")
    long durationMillis;

    @Override
    int execute(Console console) throws Exception {
        int status = RecordingWorker.run(file.toAbsolutePath(), durationMillis);
        return status == 0 ? ExitCode.OK.status() : ExitCode.FAILURE.status();
    }
}
