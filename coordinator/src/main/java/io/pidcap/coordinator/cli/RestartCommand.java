package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.session.ControlClient;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.Sessions;
import io.pidcap.coordinator.worker.WorkerRole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap restart}. */
@Command(
        name = "restart",
        header = "Restarts one worker of a session.",
        description = {"", "The other runs on. Says for how long there was none.", ""},
        optionListHeading = "%nOptions:%n")
final class RestartCommand extends BaseCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The session.")
    String id = "";

    @Parameters(index = "1", paramLabel = "WORKER", description = "Which worker: ${COMPLETION-CANDIDATES}.")
    Worker worker = Worker.capture;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    /** As it is typed. */
    enum Worker {
        capture,
        events
    }

    @Override
    int execute(Console console) throws Exception {
        Sessions.Found found = sessions().choose(id);
        if (!found.mark().isAlive()) {
            throw new SessionException(Kind.NOT_FOUND, "the session " + id + " does not run", "");
        }
        WorkerRole role = worker == Worker.capture ? WorkerRole.CAPTURE : WorkerRole.EVENTS;
        try (ControlClient session = ControlClient.connect(found.directory())) {
            ControlClient.Restarted restarted = session.restart(role);
            console.println(
                    json
                            ? Json.write(restarted)
                            : role.program() + " run " + restarted.run() + " is ready; there was none for "
                                    + ReportText.count(restarted.gap().toMillis()) + " ms");
        }
        return ExitCode.OK.status();
    }
}
