package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.AwaitReady;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.GetStatus;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RestartWorker;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.StopProgress;
import io.pidcap.protocol.v1.StopSession;
import io.pidcap.protocol.v1.WorkerRestarted;
import io.pidcap.protocol.wire.Build;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeClient;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The command's half of control.proto. Used by one thread, which waits for the answers. */
public final class ControlClient implements AutoCloseable {
    private static final long CONNECT_MILLIS = 5_000;

    private final String sessionId;
    private final BlockingQueue<Optional<Envelope>> inbox;
    private final PipeClient client;

    private ControlClient(String sessionId, BlockingQueue<Optional<Envelope>> inbox, PipeClient client) {
        this.sessionId = sessionId;
        this.inbox = inbox;
        this.client = client;
    }

    /** A new run of a worker, and the time in which there was none. */
    public record Restarted(int run, Instant gapFrom, Instant gapUntil) {
        public Duration gap() {
            return Duration.between(gapFrom, gapUntil);
        }
    }

    /**
     * @throws SessionException nobody answers there, or refuses
     */
    public static ControlClient connect(SessionDirectory directory) throws InterruptedException {
        BlockingQueue<Optional<Envelope>> inbox = new LinkedBlockingQueue<>();
        Hello hello = Hello.newBuilder()
                .setRole(Role.ROLE_CONTROL)
                .setPid((int) ProcessHandle.current().pid())
                .setBuild(Build.version())
                .build();
        try {
            PipeClient client = PipeClient.connect(directory.controlSocket(), hello, new Inbox(inbox), CONNECT_MILLIS);
            return new ControlClient(directory.id(), inbox, client);
        } catch (IOException | ProtocolException e) {
            throw new SessionException(
                    Kind.FAILURE,
                    "reach the session " + directory.id() + ": " + e.getMessage(),
                    "`pidcap status` tells whether it still runs",
                    e);
        }
    }

    private record Inbox(BlockingQueue<Optional<Envelope>> queue) implements PipeListener {
        @Override
        public void received(Pipe pipe, Envelope envelope) {
            queue.add(Optional.of(envelope));
        }

        @Override
        public void closed(Pipe pipe, @Nullable Throwable cause) {
            queue.add(Optional.empty());
        }
    }

    /**
     * Waits until the session is ready.
     *
     * @return what the user should know
     */
    public List<String> awaitReady() throws InterruptedException {
        client.pipe().send(Envelope.newBuilder().setAwaitReady(AwaitReady.getDefaultInstance()));
        return List.copyOf(next().getSessionReady().getNotesList());
    }

    public SessionReport status(long timeoutMillis) throws InterruptedException {
        client.pipe().send(Envelope.newBuilder().setGetStatus(GetStatus.getDefaultInstance()));
        Optional<Envelope> answer = inbox.poll(timeoutMillis, TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw new SessionException(
                    Kind.FAILURE,
                    "the session " + sessionId + " does not answer within " + timeoutMillis + " ms",
                    "its log is in logs/ of its directory");
        }
        return report(checked(answer));
    }

    /** Asks the session to end and waits until it has. */
    public SessionReport stop(Consumer<StopProgress> progress) throws InterruptedException {
        client.pipe().send(Envelope.newBuilder().setStopSession(StopSession.getDefaultInstance()));
        Envelope answer = next();
        while (answer.hasStopProgress()) {
            progress.accept(answer.getStopProgress());
            answer = next();
        }
        return report(answer);
    }

    public Restarted restart(WorkerRole role) throws InterruptedException {
        client.pipe()
                .send(Envelope.newBuilder()
                        .setRestartWorker(RestartWorker.newBuilder().setRole(role.wire())));
        WorkerRestarted answer = next().getWorkerRestarted();
        return new Restarted(
                answer.getRun(), instant(answer.getGapFromEpochNanos()), instant(answer.getGapUntilEpochNanos()));
    }

    private static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(0, epochNanos);
    }

    private SessionReport report(Envelope answer) {
        return Json.read(answer.getSessionDocument().getJson(), SessionReport.class, "the answer of " + sessionId);
    }

    private Envelope next() throws InterruptedException {
        return checked(inbox.take());
    }

    private Envelope checked(Optional<Envelope> answer) {
        Envelope envelope = answer.orElseThrow(() -> new SessionException(
                Kind.WORKER_LOST,
                "the session " + sessionId + " ended without an answer",
                "its log is in logs/ of its directory"));
        if (envelope.hasFailure()) {
            throw SessionException.of(WorkerFailure.of(envelope.getFailure()));
        }
        return envelope;
    }

    @Override
    public void close() {
        client.close();
    }
}
