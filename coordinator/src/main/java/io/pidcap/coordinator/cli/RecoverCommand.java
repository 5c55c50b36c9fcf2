package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.recovery.SessionRecovery;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.session.Sessions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap recover}. */
@Command(
        name = "recover",
        header = "Completes the file of a session whose coordinator died.",
        description = {
            "",
            "Filters what the session left, gives its file the name, and prints the summary that `pidcap stop` would have"
                    + " printed.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class RecoverCommand extends BaseCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The session. Default: the only one that died.")
    @Nullable
    String id;

    @Option(names = "--json", description = "Print the report as JSON instead of the summary.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        Sessions sessions = sessions();
        StaleSessions.tidy(console, sessions);
        SessionReport report = SessionRecovery.recover(choose(sessions, id).directory());
        sessions.tidy();
        console.print(json ? Json.write(report) + "\n" : ReportText.summary(report));
        SessionReport.Failure failure = report.failure();
        if (failure != null) {
            console.error(failure.toException());
            return ExitCode.of(failure.kind()).status();
        }
        return ExitCode.OK.status();
    }

    private static Sessions.Found choose(Sessions sessions, @Nullable String id) {
        if (id != null) {
            return sessions.choose(id);
        }
        List<Sessions.Found> stale = sessions.stale();
        if (stale.isEmpty()) {
            throw new SessionException(
                    Kind.NOT_FOUND, "no session has lost its coordinator", "those of root are seen by root");
        }
        if (stale.size() > 1) {
            throw new SessionException(
                    Kind.USAGE,
                    stale.size() + " sessions have lost their coordinators: "
                            + String.join(
                                    ", ", stale.stream().map(Sessions.Found::id).toList()),
                    "say which one is meant");
        }
        return stale.get(0);
    }
}
