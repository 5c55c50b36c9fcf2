package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.session.ControlClient;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.session.Sessions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap stop}. */
@Command(
        name = "stop",
        header = "Ends a background session and prints its summary.",
        description = {"", "Waits until the session's file is complete.", ""},
        optionListHeading = "%nOptions:%n")
final class StopCommand extends BaseCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The session. Default: the only one that runs.")
    @Nullable
    String id;

    @Option(names = "--json", description = "Print the report as JSON instead of the summary.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        SessionReport report = stop(sessions().choose(id));
        console.print(json ? Json.write(report) + "\n" : ReportText.summary(report));
        SessionReport.Failure failure = report.failure();
        if (failure != null) {
            console.error(failure.toException());
            return ExitCode.of(failure.kind()).status();
        }
        return ExitCode.OK.status();
    }

    private static SessionReport stop(Sessions.Found found) throws InterruptedException {
        if (found.mark().isStale()) {
            throw new SessionException(
                    Kind.WORKER_LOST,
                    "the session " + found.id() + " has lost its coordinator (pid "
                            + found.mark().pid() + ")",
                    StaleSessions.remedy(found));
        }
        if (found.mark().isOver()) {
            return Sessions.report(found)
                    .orElseThrow(() -> new SessionException(
                            Kind.FAILURE,
                            "the session " + found.id() + " has left no report",
                            "see " + found.directory().logs()));
        }
        try (ControlClient session = ControlClient.connect(found.directory());
                DrainProgress progress = new DrainProgress(Terminal.isStderr())) {
            return session.stop(progress::show);
        } catch (SessionException unreachable) {
            // One that ended by itself just now answers no more, but has left its report.
            return Sessions.report(found).orElseThrow(() -> unreachable);
        }
    }
}
