package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.offline.FilterReport;
import io.pidcap.coordinator.offline.FilterRequest;
import io.pidcap.coordinator.offline.OfflineFilter;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.Sessions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap filter}: the filter stage for what was captured before. */
@Command(
        name = "filter",
        sortOptions = false,
        header = "Picks processes out of what was captured before.",
        description = {
            "",
            "Takes a session that was captured with --keep-all; or a capture file of any program, and the journal of a "
                    + "pidcap session that ran meanwhile on the same host.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class FilterCaptureCommand extends BaseCommand {
    @Parameters(paramLabel = "CAPTURE", description = "The session's id; or, with --journal, a file, pcap or pcapng.")
    String capture = "";

    @Option(
            names = "--journal",
            paramLabel = "JOURNAL",
            description =
                    "For a file: the flow events of a session, the file `journal` in its directory, which is there "
                            + "while the session runs, and after it with --keep-all.")
    @Nullable
    Path journal;

    @Mixin
    final TargetOptions targets = new TargetOptions();

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            required = true,
            description = "Write the packets to FILE: pcapng, or pcap if it ends in .pcap.")
    Path output = Path.of("");

    @Mixin
    final StyleOptions style = new StyleOptions();

    @Option(names = "--force", description = "Replace FILE if it is there.")
    boolean force;

    @Option(names = "--json", description = "Print the report as JSON instead of the summary.")
    boolean json;

    private FilterRequest.Source source() {
        if (journal != null) {
            return new FilterRequest.CaptureFile(Path.of(capture), journal);
        }
        if (Files.exists(Path.of(capture))) {
            throw new SessionException(
                    Kind.USAGE,
                    "nothing is known of the owners of the packets in " + capture,
                    "name the journal of a session that ran meanwhile with --journal");
        }
        Sessions.Found session = sessions().choose(capture);
        if (session.mark().isAlive()) {
            throw new SessionException(
                    Kind.USAGE,
                    "the session " + session.id() + " is still capturing",
                    "end it with `pidcap stop " + session.id() + "`; its journal can be used with a file meanwhile");
        }
        return new FilterRequest.KeptSession(session.directory());
    }

    @Override
    int execute(Console console) throws Exception {
        targets.checkRecorded();
        InvokingUser user = InvokingUser.current();
        Path target = CaptureOptions.checkedOutput(output, style.split);
        OutputStyle wanted = style.style(target);
        wanted.unmet(target).ifPresent(console::say);
        FilterReport report = OfflineFilter.run(new FilterRequest(
                new ProcessSelector(
                        ProcessSelector.patterns(targets.names),
                        ProcessSelector.patterns(targets.executablePatterns()),
                        Set.copyOf(targets.pids),
                        Set.copyOf(targets.userIds()),
                        Set.of(),
                        targets.children),
                source(),
                target,
                wanted,
                force,
                user.userId(),
                user.groupId()));
        report.problems().forEach(console::say);
        console.print(json ? Json.write(report) + "\n" : ReportText.summary(report));
        return report.problems().isEmpty() ? ExitCode.OK.status() : ExitCode.FAILURE.status();
    }
}
