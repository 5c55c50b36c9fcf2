package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionEnd;
import io.pidcap.coordinator.session.SessionException;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.worker.WorkerLauncher;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap capture}: a session in the foreground. */
@Command(
        name = "capture",
        sortOptions = false,
        header = "Captures processes in the foreground, until Ctrl-C.",
        description = {"", "Ends at Ctrl-C, SIGTERM, --duration or --packets, and prints a summary.", ""},
        optionListHeading = "%nOptions:%n")
final class CaptureCommand extends BaseCommand {
    private static final long STATUS_MILLIS = 500;

    @Mixin
    final TargetOptions targets = new TargetOptions();

    @Mixin
    final CaptureOptions options = new CaptureOptions();

    @Option(names = "--json", description = "Print the report as JSON instead of the summary.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        targets.check();
        SessionConfig config = options.toConfig(targets);
        CaptureSession session = CaptureSession.start(config, home(), WorkerLauncher.installedLibDirectory());
        for (String signal : List.of("INT", "TERM", "HUP")) {
            Signals.handle(signal, name -> session.stop("SIG" + name));
        }
        try {
            session.ready().get().forEach(console::say);
        } catch (ExecutionException e) {
            Await.ended(session);
            throw Await.cause(e);
        }
        StaleSessions.tell(console, sessions());
        console.say(
                "capturing " + String.join(", ", config.interfaces()) + " into " + config.output() + "; Ctrl-C stops");
        SessionEnd end = follow(console, session);
        console.print(json ? Json.write(end.report()) + "\n" : ReportText.summary(end.report()));
        SessionException failure = end.failure();
        if (failure != null) {
            console.error(failure);
            return ExitCode.of(failure.kind()).status();
        }
        return ExitCode.OK.status();
    }

    private static SessionEnd follow(Console console, CaptureSession session) throws InterruptedException {
        boolean shown = Terminal.isStderr();
        try {
            while (shown) {
                try {
                    return session.ended().get(STATUS_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    showStatus(console, session);
                }
            }
            return session.ended().get();
        } catch (ExecutionException e) {
            throw Await.cause(e);
        }
    }

    private static void showStatus(Console console, CaptureSession session)
            throws InterruptedException, ExecutionException {
        try {
            SessionReport now = session.status().get(STATUS_MILLIS, TimeUnit.MILLISECONDS);
            console.status(ReportText.statusLine(now));
        } catch (TimeoutException e) {
            // It is busy or over; the next look tells.
        }
    }
}
