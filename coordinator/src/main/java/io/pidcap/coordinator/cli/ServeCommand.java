package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionEnd;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.worker.WorkerLauncher;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/**
 * The coordinator behind {@code pidcap start}: its configuration comes as JSON on standard input, one line about its
 * beginning goes to standard output, which it then closes. All else goes over the control pipe and into its log.
 */
@Command(name = "serve", hidden = true, description = "The background half of `pidcap start`; not for people.")
final class ServeCommand extends BaseCommand {
    /**
     * That one line, as JSON.
     *
     * @param id of the session whose control pipe listens; null: it could not begin
     */
    record Greeting(@Nullable String id, SessionReport.@Nullable Failure failure) {}

    @Override
    int execute(Console console) throws Exception {
        String json = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        CaptureSession session;
        try {
            SessionConfig config = Json.read(json, SessionConfig.class, "the configuration on standard input");
            session = CaptureSession.start(config, home(), WorkerLauncher.installedLibDirectory());
        } catch (SessionException e) {
            greet(console, new Greeting(null, SessionReport.Failure.of(e)));
            return ExitCode.of(e.kind()).status();
        }
        Signals.handle("INT", name -> {});
        Signals.handle("TERM", name -> session.stop("SIG" + name));
        greet(console, new Greeting(session.directory().id(), null));
        SessionEnd end = Await.ended(session);
        SessionException failure = end.failure();
        return failure == null
                ? ExitCode.OK.status()
                : ExitCode.of(failure.kind()).status();
    }

    private static void greet(Console console, Greeting greeting) {
        console.println(Json.writeLine(greeting));
        System.out.close();
    }
}
