package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.StreamOutput;
import io.pidcap.coordinator.output.StreamOutput.Waiting;
import io.pidcap.coordinator.process.ProcessLife;
import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionEnd;
import io.pidcap.coordinator.session.SessionHome;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.worker.WorkerLauncher;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pidcap capture}: a session in the foreground. */
@Command(
        name = "capture",
        sortOptions = false,
        header = "Captures processes in the foreground, until Ctrl-C.",
        description = {
            "",
            "Prints a line for each packet, with its process before it, or writes them to a file with -w. Ends at Ctrl-C, "
                    + "SIGTERM, --duration or --packets, or when nobody reads its output any more, and prints a "
                    + "summary: to standard error where packets go to standard output.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class CaptureCommand extends BaseCommand {
    private static final long STATUS_MILLIS = 500;

    @Mixin
    final TargetOptions targets = new TargetOptions();

    @Mixin
    final CaptureOptions options = new CaptureOptions();

    @Mixin
    final FilterWords expression = new FilterWords();

    @Option(
            names = "--json",
            description = "Print JSON: with -w the report instead of the summary, without it a line for each packet.")
    boolean json;

    @Option(
            names = "--backlog",
            paramLabel = "SIZE",
            converter = Units.Bytes.class,
            description = "Disk for packets that wait for the reader of standard output or the named pipe; those for "
                    + "which there is no room are dropped and counted. At least 1M. Default: 256M.")
    long backlogBytes = StreamOutput.DEFAULT_BACKLOG_BYTES;

    private @Nullable ProcessHandle caller;

    /** The capture is for this process: it also ends with it. */
    void endWith(ProcessHandle process) {
        caller = process;
    }

    @Override
    int execute(Console console) throws Exception {
        targets.check();
        CaptureOptions.requireRange("--backlog", backlogBytes, StreamOutput.LEAST_BACKLOG_BYTES, 1L << 40);
        boolean printing = options.output == null;
        options.filterIs(expression);
        boolean onStandardOutput = printing || options.isToStandardOutput();
        SessionConfig config =
                onStandardOutput || options.isToNamedPipe() ? options.toLiveConfig(targets) : options.toConfig(targets);
        CaptureSession session = start(console, config);
        for (String signal : List.of("INT", "TERM", "HUP")) {
            Signals.handle(signal, name -> session.stop("SIG" + name));
        }
        if (caller != null) {
            CompletableFuture<Void> unused = ProcessLife.onEnd(caller)
                    .thenRun(() -> session.stop("the program that wanted the packets has ended"));
        }
        try {
            session.ready().get().forEach(console::say);
        } catch (ExecutionException e) {
            Await.ended(session);
            throw Await.cause(e);
        }
        StaleSessions.tell(console, sessions());
        console.say("capturing " + String.join(", ", config.interfaces())
                + (onStandardOutput ? "" : " into " + config.output()) + "; Ctrl-C stops");
        SessionEnd end = follow(console, session, !onStandardOutput && Terminal.isStderr());
        String report = json && !printing ? Json.write(end.report()) + "\n" : ReportText.summary(end.report());
        if (onStandardOutput) {
            console.tell(report);
        } else {
            console.print(report);
        }
        SessionException failure = end.failure();
        if (failure != null) {
            console.error(failure);
            return ExitCode.of(failure.kind()).status();
        }
        return ExitCode.OK.status();
    }

    private CaptureSession start(Console console, SessionConfig config) {
        SessionHome home = home();
        Path libDirectory = WorkerLauncher.installedLibDirectory();
        Waiting waiting = new Waiting(home.base(), backlogBytes);
        CaptureOutput output;
        if (options.output == null) {
            output = LiveOutput.printed(json, waiting);
        } else if (options.isToStandardOutput()) {
            output = LiveOutput.pcapng(config.style(), waiting);
        } else if (options.isToNamedPipe()) {
            console.say("waiting for a program that reads " + config.output());
            output = LiveOutput.toNamedPipe(config.output(), config.style(), waiting);
        } else {
            return CaptureSession.start(config, home, libDirectory);
        }
        return CaptureSession.start(config, output, home, libDirectory);
    }

    /** @param shown whether a status line is */
    private static SessionEnd follow(Console console, CaptureSession session, boolean shown)
            throws InterruptedException {
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
