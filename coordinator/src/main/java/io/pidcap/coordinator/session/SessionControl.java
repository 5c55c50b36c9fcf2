package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.ControlServer.Asker;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.wire.Pipe;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What commands ask of a session, and which of them still wait for an answer. Session's thread only. */
final class SessionControl implements ControlServer.Session {
    /** What commands may do to the session. */
    interface Commanded {
        SessionReport report();

        void stopAsked(String reason);

        /** @return false: the worker cannot be restarted now */
        boolean restartAsked(WorkerRole role);
    }

    private final SessionRecord record;
    private final Commanded session;
    private final List<Asker> ofReady = new ArrayList<>();
    private final List<Asker> ofStop = new ArrayList<>();
    private final Map<WorkerRole, List<Asker>> ofRestart = new EnumMap<>(WorkerRole.class);

    /** Set when the session is over: what it answers from then on. */
    private @Nullable SessionException tooLate;

    SessionControl(SessionRecord record, Commanded session) {
        this.record = record;
        this.session = session;
        for (WorkerRole role : WorkerRole.values()) {
            ofRestart.put(role, new ArrayList<>());
        }
    }

    @Override
    public void awaitReady(Asker asker) {
        SessionException end = tooLate;
        if (end != null) {
            fail(asker, end);
        } else if (record.is(SessionState.STARTING)) {
            await(ofReady, asker);
        } else {
            asker.ready(record.id(), record.notes());
        }
    }

    @Override
    public void status(Asker asker) {
        asker.document(Json.write(session.report()), false);
    }

    @Override
    public void stop(Asker asker) {
        await(ofStop, asker);
        session.stopAsked("`pidcap stop`");
    }

    @Override
    public void restart(WorkerRole role, Asker asker) {
        if (session.restartAsked(role)) {
            await(restarts(role), asker);
        } else {
            asker.failure(
                    FailureCode.FAILURE_CODE_WRONG_STATE,
                    "restart " + role.program() + ": the session is "
                            + record.state().word(),
                    "a worker can be restarted while it captures");
        }
    }

    @Override
    public void gone(Pipe pipe) {
        forget(ofReady, pipe);
        forget(ofStop, pipe);
        ofRestart.values().forEach(waiting -> forget(waiting, pipe));
    }

    /** One answer is enough for a pipe, the newest: who asks again and again does not make us remember it each time. */
    private static void await(List<Asker> waiting, Asker asker) {
        forget(waiting, asker.pipe());
        waiting.add(asker);
    }

    private static void forget(List<Asker> waiting, Pipe pipe) {
        waiting.removeIf(asker -> asker.pipe() == pipe);
    }

    void ready() {
        answer(ofReady, asker -> asker.ready(record.id(), record.notes()));
    }

    void restarted(WorkerRole role, int run, SessionReport.Gap gap) {
        answer(restarts(role), asker -> asker.restarted(run, gap.from(), gap.until()));
    }

    void lost(WorkerRole role, WorkerFailure why) {
        answer(restarts(role), asker -> asker.failure(why.code(), why.message(), why.hint()));
    }

    void progress(long doneBytes, long totalBytes) {
        ofStop.forEach(asker -> asker.progress(doneBytes, totalBytes));
    }

    /** The last thing that is said; {@code why} is for those who waited for something else than the end. */
    void ended(String reportJson, SessionException why) {
        tooLate = why;
        answer(ofReady, asker -> fail(asker, why));
        ofRestart.values().forEach(waiting -> answer(waiting, asker -> fail(asker, why)));
        answer(ofStop, asker -> asker.document(reportJson, true));
    }

    private static void fail(Asker asker, SessionException why) {
        asker.failure(why.wireCode(), why.text(), why.hint());
    }

    private List<Asker> restarts(WorkerRole role) {
        return ofRestart.getOrDefault(role, List.of());
    }

    private static void answer(List<Asker> waiting, Consumer<Asker> answer) {
        waiting.forEach(answer);
        waiting.clear();
    }
}
