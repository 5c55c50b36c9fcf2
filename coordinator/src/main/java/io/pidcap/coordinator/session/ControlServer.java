package io.pidcap.coordinator.session;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The conversation of control.proto, with any number of commands at a time. Their pipes never end the session. */
final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final String ROOT = "root";

    /** What a command may ask of the session. Called on the session's thread; answers go to the asker. */
    interface Session {
        void awaitReady(Asker asker);

        void status(Asker asker);

        void stop(Asker asker);

        void restart(WorkerRole role, Asker asker);
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
    private final UserPrincipal ourUser;
    private final PipeServer server;

    /**
     * @throws IOException the socket cannot be made
     */
    ControlServer(Path socket, Executor owner, Session session) throws IOException {
        this.owner = owner;
        this.session = session;
        this.ourUser = Files.getOwner(socket.toAbsolutePath().getParent());
        this.server = PipeServer.listen(socket, this::admit);
    }

    private PipeListener admit(Pipe pipe, Hello hello, @Nullable UserPrincipal peerUser) throws PipeServer.Refusal {
        if (hello.getRole() != Role.ROLE_CONTROL) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_PROTOCOL, "this pipe is for commands, not for workers");
        }
        // Where the system does not tell, the modes of the socket and of its directory decide.
        if (peerUser != null && !peerUser.equals(ourUser) && !ROOT.equals(peerUser.getName())) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_NOT_ALLOWED,
                    "the session belongs to " + ourUser.getName() + ", and you are " + peerUser.getName());
        }
        return new PipeListener() {
            @Override
            public void received(Pipe from, Envelope envelope) {
                owner.execute(() -> answer(from, envelope));
            }

            @Override
            public void closed(Pipe from, @Nullable Throwable cause) {
                if (cause != null) {
                    LOG.warn("a command's pipe broke: {}", cause.getMessage());
                }
            }
        };
    }

    private void answer(Pipe pipe, Envelope envelope) {
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
