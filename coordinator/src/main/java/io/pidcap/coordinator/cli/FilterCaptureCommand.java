package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.offline.FilterReport;
import io.pidcap.coordinator.offline.FilterRequest;
import io.pidcap.coordinator.offline.OfflineFilter;
import io.pidcap.coordinator.session.Json;
import java.nio.file.Path;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap filter}: the filter stage for files. */
@Command(
        name = "filter",
        sortOptions = false,
        header = "Picks processes out of a capture file.",
        description = {
            "",
            "Takes a capture of any program, and the journal of a pidcap session that ran meanwhile on the same host.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class FilterCaptureCommand extends BaseCommand {
    @Parameters(paramLabel = "CAPTURE", description = "The capture file, pcap or pcapng.")
    Path capture = Path.of("");

    @Option(
            names = "--journal",
            paramLabel = "JOURNAL",
            required = true,
            description = "The session's flow events: the file `journal` in its directory, which is there "
                    + "while the session runs.")
    Path journal = Path.of("");

    @Mixin
    final TargetOptions targets = new TargetOptions();

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            required = true,
            description = "Write the packets to FILE: pcapng, or pcap if it ends in .pcap.")
    Path output = Path.of("");

    @Option(names = "--force", description = "Replace FILE if it is there.")
    boolean force;

    @Option(names = "--json", description = "Print the report as JSON instead of the summary.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        targets.checkRecorded();
        InvokingUser user = InvokingUser.current();
        FilterReport report = OfflineFilter.run(new FilterRequest(
                new ProcessSelector(
                        ProcessSelector.patterns(targets.names),
                        ProcessSelector.patterns(targets.executablePatterns()),
                        Set.copyOf(targets.pids),
                        Set.copyOf(targets.userIds()),
                        Set.of(),
                        targets.children),
                capture,
                journal,
                CaptureOptions.checkedOutput(output),
                force,
                user.userId(),
                user.groupId()));
        report.problems().forEach(console::say);
        console.print(json ? Json.write(report) + "\n" : ReportText.summary(report));
        return report.problems().isEmpty() ? ExitCode.OK.status() : ExitCode.FAILURE.status();
    }
}
