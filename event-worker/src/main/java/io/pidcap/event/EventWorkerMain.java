package io.pidcap.event;

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

/**
 * The program {@code event-worker --pipe SOCKET --run NUMBER}, with the one-time secret in the first line of standard
 * input; or, without a coordinator, {@link RecordMode}. It writes its log to standard error and nothing to standard output; exit codes: {@link ExitCode}.
 */
public final class EventWorkerMain {
    static {
        // Before the first logger is made: one line for each record.
        System.setProperty(
                "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s event-worker %3$s: %5$s%6$s%n");
    }

    private static final Logger log = LoggerFactory.getLogger(EventWorkerMain.class);

    private EventWorkerMain() {}

    public static void main(String[] arguments) {
        work(arguments, HostBackends::forThisHost);
    }

    /** Never returns. */
    static void work(String[] arguments, Supplier<HostBackend> backend) {
        if (arguments.length > 0 && arguments[0].equals(RecordMode.OPTION)) {
            System.exit(RecordMode.run(arguments, backend).status());
        }
        CommandQueue commands = new CommandQueue();
        EventCommandHandler handler = new EventCommandHandler(commands);
        SignalGuard guard = SignalGuard.install(handler);
        ExitCode code = run(arguments, backend, System.in, commands, handler, guard);
        guard.exit(code);
    }

    private static ExitCode run(
            String[] arguments,
            Supplier<HostBackend> backend,
            InputStream standardInput,
            CommandQueue commands,
            EventCommandHandler handler,
            SignalGuard guard) {
        EventWorkerConfig config;
        try {
            config = EventWorkerConfig.parse(arguments);
        } catch (IllegalArgumentException e) {
            log.error("{}; {}", e.getMessage(), EventWorkerConfig.USAGE);
            return ExitCode.USAGE;
        }
        try (PipeClient client =
                WorkerHello.connect(config.pipe(), Role.ROLE_EVENT_WORKER, config.run(), standardInput, handler)) {
            guard.working();
            CoordinatorLink link = new CoordinatorLink(client.pipe(), handler);
            return new EventWorker(backend.get(), link, commands).run();
        } catch (IOException | ProtocolException e) {
            log.error("{}", e.getMessage());
            return ExitCode.NOT_ADMITTED;
        } catch (InterruptedException e) {
            log.error("interrupted", e);
            return ExitCode.FAILED;
        }
    }
}
