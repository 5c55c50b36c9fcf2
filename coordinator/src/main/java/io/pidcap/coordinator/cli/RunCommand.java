package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionEnd;
import io.pidcap.coordinator.worker.WorkerLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap run}: a session around one command. */
@Command(
        name = "run",
        sortOptions = false,
        header = "Captures one command: starts it when the capture is ready, stops when it ends.",
        description = {
            "",
            "COMMAND begins when no packet of it can be missed; its child processes are captured, too.",
            "",
            "pidcap writes to standard error only, and returns the status of COMMAND (128 + n if signal n ended it);"
                    + " 125 if pidcap itself failed, 126 if COMMAND cannot be executed, 127 if there is none.",
            "Under sudo, COMMAND runs as the user who called sudo; `--as-user root` runs it as root.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class RunCommand extends BaseCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "The command and its arguments; put -- before it.")
    List<String> command = new ArrayList<>();

    @Mixin
    final CaptureOptions options = new CaptureOptions();

    @Option(
            names = "--as-user",
            paramLabel = "NAME",
            description = "Run COMMAND as this user. Default: who called sudo, otherwise who runs pidcap.")
    @Nullable
    String asUser;

    @Option(
            names = "--linger",
            paramLabel = "TIME",
            converter = Units.Millis.class,
            description = "Capture on for this time after COMMAND has ended, for the last answers. Default: 100ms.")
    long lingerMillis = 100;

    @Option(names = "--report", paramLabel = "REPORT", description = "Write the report to this file as JSON.")
    @Nullable
    Path report;

    @Override
    int execute(Console console) throws Exception {
        Path program = CommandLookup.find(
                command.get(0), System.getenv("PATH"), System.getenv().getOrDefault("PATHEXT", ""));
        if (program == null) {
            console.say(command.get(0) + ": there is no such command in PATH");
            return ExitCode.RUN_NOT_FOUND.status();
        }
        if (!Files.isExecutable(program) || Files.isDirectory(program)) {
            console.say(program + ": it cannot be executed");
            return ExitCode.RUN_NOT_EXECUTABLE.status();
        }
        try (GatedCommand gated = GatedCommand.prepare(Platform.current(), command, RunUser.choose(asUser, console))) {
            String subject = String.valueOf(program.getFileName());
            SessionConfig config = options.toConfig(subject, (int) gated.pid());
            return capture(console, gated, config);
        }
    }

    private int capture(Console console, GatedCommand gated, SessionConfig config)
            throws IOException, InterruptedException {
        CaptureSession session = CaptureSession.start(config, home(), WorkerLauncher.installedLibDirectory());
        RunSignals.install(gated, session);
        try {
            session.ready().get().forEach(console::say);
        } catch (ExecutionException e) {
            Await.ended(session);
            throw Await.cause(e);
        }
        gated.open();
        // Not before: the command is not to wait for this.
        StaleSessions.tell(console, sessions());
        CompletableFuture<SessionEnd> ended = session.ended();
        boolean endedEarly = awaitEither(gated, ended);
        if (endedEarly) {
            console.say("the capture has ended, " + command.get(0) + " goes on");
        }
        int status = gated.awaitExit();
        if (!endedEarly) {
            linger(ended);
        }
        session.stop("the command has ended");
        return report(console, Await.ended(session), status);
    }

    /** Waits until the command or the session ends, and tells whether it was the session. */
    private static boolean awaitEither(GatedCommand gated, CompletableFuture<SessionEnd> ended)
            throws InterruptedException {
        try {
            // However it ended: the command is not ended for that, and what was wrong is told after it.
            CompletableFuture.anyOf(gated.exited(), ended.handle((end, why) -> end))
                    .get();
        } catch (ExecutionException e) {
            throw Await.cause(e);
        }
        return ended.isDone() && !gated.exited().isDone();
    }

    private void linger(CompletableFuture<SessionEnd> ended) throws InterruptedException {
        try {
            ended.get(lingerMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The usual case: nothing ended the session while we lingered.
        } catch (ExecutionException e) {
            throw Await.cause(e);
        }
    }

    private int report(Console console, SessionEnd end, int status) throws IOException {
        console.tell(ReportText.summary(end.report()));
        if (report != null) {
            Files.writeString(report, Json.write(end.report()) + "\n");
        }
        SessionException failure = end.failure();
        if (failure != null) {
            console.error(failure);
            return status == 0 ? ExitCode.RUN_FAILED.status() : status;
        }
        return status;
    }
}
