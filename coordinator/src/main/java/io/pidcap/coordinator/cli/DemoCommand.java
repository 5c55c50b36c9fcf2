package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.demo.DemoAccount;
import io.pidcap.coordinator.demo.DemoCast;
import io.pidcap.coordinator.demo.DemoFile;
import io.pidcap.coordinator.demo.DemoVerdict;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionEnd;
import io.pidcap.coordinator.worker.WorkerLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pidcap demo}: the main job on traffic of its own, with a check of the result. */
@Command(
        name = "demo",
        sortOptions = false,
        description = {
            "Shows the main job on loopback: captures one of two programs by name, and checks the result.",
            "",
            "It starts an HTTP server and two clients that do the same at the same time, captures one of the clients,"
                    + " and checks that its packets are all in the file and that the other's are not. It needs no network.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class DemoCommand extends BaseCommand {
    private static final int PACKETS_SHOWN = 8;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description =
                    "Write the packets to FILE, as pcapng. Default: demo-client-DATE-TIME.pcapng in the current directory.")
    @Nullable
    Path output;

    @Override
    int execute(Console console) throws Exception {
        CaptureOptions options = new CaptureOptions();
        options.interfaces = List.of("lo");
        options.output = output;
        TargetOptions targets = new TargetOptions();
        targets.names = List.of(DemoCast.CLIENT);
        SessionConfig config = options.toConfig(targets);

        try (DemoCast cast = DemoCast.startServer()) {
            console.println("1. An HTTP server listens on 127.0.0.1 port " + cast.serverPort() + ": "
                    + cast.serverText() + ".");
            CaptureSession session = CaptureSession.start(config, home(), WorkerLauncher.installedLibDirectory());
            DemoAccount account = playWhenReady(console, session, cast);
            session.stop("the demo's clients have ended");
            SessionEnd end = Await.ended(session);
            SessionException failure = end.failure();
            if (failure != null) {
                throw failure;
            }
            console.println("4. Stopped.");
            console.println("");
            console.print(ReportText.summary(end.report()));
            return check(console, config.output(), cast.serverPort(), account);
        }
    }

    private static DemoAccount playWhenReady(Console console, CaptureSession session, DemoCast cast)
            throws IOException, InterruptedException {
        try {
            session.ready().get();
        } catch (ExecutionException e) {
            Await.ended(session);
            throw Await.cause(e);
        }
        console.println("2. The capture on lo is ready; it keeps the packets of " + DemoCast.CLIENT
                + ", which does not run yet.");
        DemoAccount account = cast.play();
        console.println("3. Two clients talked to the server at the same time:");
        console.println("   " + DemoAccount.describe(account.clientText(), account.clientConnections()));
        console.println("   " + DemoAccount.describe(account.bystanderText(), account.bystanderConnections()));
        return account;
    }

    private static int check(Console console, Path output, int serverPort, DemoAccount account) throws IOException {
        DemoFile file = DemoFile.read(output);
        console.println("");
        console.println("The first packets:");
        console.print(file.firstLines(PACKETS_SHOWN));
        console.println("");
        DemoVerdict verdict = file.judge(serverPort, account);
        for (String missing : verdict.missing()) {
            console.println("MISSING  " + missing);
        }
        if (verdict.foreignPackets() > 0) {
            console.println("FOREIGN  " + verdict.foreignPackets() + " packets that are not " + DemoCast.CLIENT + "'s");
        }
        if (!verdict.isGood()) {
            console.error(new SessionException(
                    SessionException.Kind.FAILURE,
                    "the file is not what it must be, see the lines above",
                    "please report this with the output of `pidcap doctor`"));
            return ExitCode.FAILURE.status();
        }
        console.println("Checked: every byte that " + DemoCast.CLIENT
                + " says it sent and received is in the file, with" + " the first SYN and the last FIN");
        console.println("of each connection, and no packet of any other program.");
        console.println("");
        console.println("The file: " + output);
        console.println(
                "Open it with `wireshark " + output.getFileName() + "` or `tshark -r " + output.getFileName() + "`.");
        return ExitCode.OK.status();
    }
}
