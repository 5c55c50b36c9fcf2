package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.ControlClient;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionHome;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.session.Sessions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap start}: a session in the background. */
@Command(
        name = "start",
        sortOptions = false,
        header = "Captures processes in the background.",
        description = {
            "",
            "Returns when no packet is missed any more, and prints the session's id. `pidcap stop` ends it.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class StartCommand extends BaseCommand {
    @Mixin
    final TargetOptions targets = new TargetOptions();

    @Mixin
    final CaptureOptions options = new CaptureOptions();

    @Mixin
    final FilterWords expression = new FilterWords();

    @Option(names = "--json", description = "Print id, output and notes as JSON.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        targets.check();
        options.filterIs(expression);
        SessionConfig config = options.toConfig(targets);
        SessionHome home = home();
        DetachedCoordinator coordinator = DetachedCoordinator.spawn(config, home);
        Signals.handle("INT", name -> coordinator.cancel());
        Signals.handle("TERM", name -> coordinator.cancel());
        String id = coordinator.awaitGreeting();
        Sessions sessions = new Sessions(home);
        Sessions.Found started = sessions.choose(id);
        List<String> notes;
        try (ControlClient session = ControlClient.connect(started.directory())) {
            notes = session.awaitReady();
        } catch (SessionException unanswered) {
            throw reportedFailure(started).orElse(unanswered);
        }
        notes.forEach(console::say);
        StaleSessions.tell(console, sessions);
        if (json) {
            console.println(
                    Json.write(Map.of("id", id, "output", config.output().toString(), "notes", notes)));
        } else {
            console.say("capturing " + String.join(", ", config.interfaces()) + " into " + config.output()
                    + "; `pidcap stop " + id + "` ends it");
            console.println(id);
        }
        return ExitCode.OK.status();
    }

    /** One that has failed already answers no more, but has left its report. */
    private static Optional<SessionException> reportedFailure(Sessions.Found session) {
        return Sessions.report(session)
                .flatMap(report -> Optional.ofNullable(report.failure()))
                .map(SessionReport.Failure::toException);
    }
}
