package io.pidcap.coordinator.session;

import io.pidcap.coordinator.worker.PeerCheck;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SessionDocument;
import io.pidcap.protocol.v1.SessionReady;
import io.pidcap.protocol.v1.StopProgress;
import io.pidcap.protocol.v1.WorkerRestarted;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.Refusals;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The conversation of control.proto, with any number of commands at a time. Their pipes never end the session. */
final class ControlServer implements CommandPipe.Answerer, AutoCloseable {
    /** Of so many the oldest must go for the next; it may take its time to, but so many at the most. */
    static final int MOST_COMMANDS = 64;

    /** What a command may ask of the session. Called on the session's thread; answers go to the asker. */
    interface Session {
        void awaitReady(Asker asker);

        void status(Asker asker);

        void stop(Asker asker);

        void restart(WorkerRole role, Asker asker);

        /** Nobody waits at the other end of the pipe any more. */
        void gone(Pipe pipe);
    }

    /** Who asked, and to which of its messages an answer belongs. May be used from any thread. */
    record Asker(Pipe pipe, long sequence) {
        void ready(String sessionId, List<String> notes) {
            pipe.reply(
                    sequence,
                    Envelope.newBuilder()
                            .setSessionReady(SessionReady.newBuilder()
                                    .setSessionId(sessionId)
                                    .addAllNotes(notes)));
        }

        void document(String json, boolean isFinal) {
            pipe.reply(
                    sequence,
                    Envelope.newBuilder()
                            .setSessionDocument(
                                    SessionDocument.newBuilder().setJson(json).setFinal(isFinal)));
        }

        void progress(long doneBytes, long totalBytes) {
            pipe.reply(
                    sequence,
                    Envelope.newBuilder()
                            .setStopProgress(StopProgress.newBuilder()
                                    .setDoneBytes(doneBytes)
                                    .setTotalBytes(totalBytes)));
        }

        void restarted(int run, Instant gapFrom, Instant gapUntil) {
            pipe.reply(
                    sequence,
                    Envelope.newBuilder()
                            .setWorkerRestarted(WorkerRestarted.newBuilder()
                                    .setRun(run)
                                    .setGapFromEpochNanos(epochNanos(gapFrom))
                                    .setGapUntilEpochNanos(epochNanos(gapUntil))));
        }

        void failure(FailureCode code, String message, String hint) {
            pipe.reply(
                    sequence,
                    Envelope.newBuilder()
                            .setFailure(Failure.newBuilder()
                                    .setCode(code)
                                    .setMessage(message)
                                    .setHint(hint)));
        }

        private static long epochNanos(Instant instant) {
            return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
        }
    }

    private final Executor owner;
    private final Session session;
    private final PeerCheck peers;
    private final Refusals refusals = new Refusals("control.sock");
    private final AtomicInteger requestsInHand = new AtomicInteger();
    private final PipeServer server;

    // Owned by the event loop.
    private final ArrayDeque<Pipe> commands = new ArrayDeque<>();
    private int open;

    /**
     * @param peers whose commands may connect
     * @throws IOException the socket cannot be made
     */
    ControlServer(Path socket, PeerCheck peers, Executor owner, Session session) throws IOException {
        this.owner = owner;
        this.session = session;
        this.peers = peers;
        this.server = PipeServer.listen(socket, this::admit, refusals);
    }

    private PipeListener admit(Pipe pipe, Hello hello, @Nullable UserPrincipal peerUser) throws PipeServer.Refusal {
        if (hello.getRole() != Role.ROLE_CONTROL) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_PROTOCOL, "this pipe is for commands, not for workers");
        }
        peers.check(peerUser);
        makePlace();
        commands.add(pipe);
        open++;
        return new CommandPipe(owner, this, refusals, requestsInHand, () -> {
            commands.remove(pipe);
            open--;
        });
    }

    private void makePlace() throws PipeServer.Refusal {
        if (open >= 2 * MOST_COMMANDS) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_TOO_MANY, open + " commands are connected to the session already");
        }
        if (commands.size() >= MOST_COMMANDS) {
            commands.removeFirst().close();
            refusals.add(
                    Refusals.Cause.TOO_MANY,
                    "more than " + MOST_COMMANDS + " commands are connected; the oldest pipe is closed");
        }
    }

    /** Who was not let in, or had to go. */
    Refusals refusals() {
        return refusals;
    }

    @Override
    public void gone(Pipe pipe) {
        session.gone(pipe);
    }

    @Override
    public void asked(Pipe pipe, Envelope envelope) {
        Asker asker = new Asker(pipe, envelope.getSequence());
        switch (envelope.getBodyCase()) {
            case AWAIT_READY -> session.awaitReady(asker);
            case GET_STATUS -> session.status(asker);
            case STOP_SESSION -> session.stop(asker);
            case RESTART_WORKER -> restart(asker, envelope.getRestartWorker().getRole());
            default ->
                asker.failure(
                        FailureCode.FAILURE_CODE_PROTOCOL,
                        "a session does not know the request " + envelope.getBodyCase(),
                        "use a pidcap of the same version");
        }
    }

    private void restart(Asker asker, Role role) {
        for (WorkerRole known : WorkerRole.values()) {
            if (known.wire() == role) {
                session.restart(known, asker);
                return;
            }
        }
        asker.failure(FailureCode.FAILURE_CODE_PROTOCOL, "there is no worker of role " + role, "");
    }

    @Override
    public void close() {
        server.close();
    }
}
