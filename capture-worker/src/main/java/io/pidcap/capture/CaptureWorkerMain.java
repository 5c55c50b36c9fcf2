package io.pidcap.capture;

import io.pidcap.host.HostBackend;
import io.pidcap.host.HostBackends;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.PipeClient;
import io.pidcap.protocol.wire.ProtocolException;
import io.pidcap.protocol.wire.WorkerHello;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program; see {@link WorkerArguments} for its arguments and {@link ExitCode} for its status. */
public final class CaptureWorkerMain {
    private static final String LOG_FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";

    private CaptureWorkerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        work(arguments, HostBackends::forThisHost);
    }

    /** Never returns. */
    static void work(String[] arguments, Supplier<HostBackend> host) throws InterruptedException {
        if (System.getProperty(LOG_FORMAT_PROPERTY) == null) {
            System.setProperty(LOG_FORMAT_PROPERTY, "%1$tF %1$tT.%1$tL %4$s %3$s: %5$s%6$s%n");
        }
        CommandQueue queue = new CommandQueue();
        SignalGuard guard = new SignalGuard(queue);
        guard.install();
        ExitCode exitCode = ExitCode.FAILED;
        try {
            exitCode = run(arguments, System.in, host.get(), queue);
        } finally {
            guard.release(exitCode);
        }
        System.exit(exitCode.status());
    }

    /** Connects and works until the end. */
    static ExitCode run(String[] arguments, InputStream standardInput, HostBackend host, CommandQueue queue)
            throws InterruptedException {
        Logger log = LoggerFactory.getLogger(CaptureWorkerMain.class);
        try {
            WorkerArguments parsed = WorkerArguments.parse(arguments);
            return run(parsed, standardInput, host, queue);
        } catch (IllegalArgumentException e) {
            log.error("{}", e.getMessage());
            return ExitCode.USAGE;
        } catch (IOException | ProtocolException e) {
            log.error("{}", e.getMessage());
            return ExitCode.NOT_ADMITTED;
        }
    }

    private static ExitCode run(
            WorkerArguments arguments, InputStream standardInput, HostBackend host, CommandQueue queue)
            throws IOException, InterruptedException {
        CaptureCommandHandler handler = new CaptureCommandHandler(queue);
        try (PipeClient client = WorkerHello.connect(
                arguments.pipe(), Role.ROLE_CAPTURE_WORKER, arguments.run(), standardInput, handler)) {
            return new CaptureWorker(
                            host, arguments.run(), arguments.becomes(), new CoordinatorLink(client.pipe()), queue)
                    .run();
        }
    }
}
