package io.pidcap.coordinator.session;

import io.pidcap.coordinator.session.ControlServer.Asker;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.FailureCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The commands that wait for something of a session. Session's thread only. */
final class Askers {
    private final List<Asker> ofReady = new ArrayList<>();
    private final List<Asker> ofStop = new ArrayList<>();
    private final Map<WorkerRole, List<Asker>> ofRestart = new EnumMap<>(WorkerRole.class);

    Askers() {
        for (WorkerRole role : WorkerRole.values()) {
            ofRestart.put(role, new ArrayList<>());
        }
    }

    void awaitReady(Asker asker) {
        ofReady.add(asker);
    }

    void awaitEnd(Asker asker) {
        ofStop.add(asker);
    }

    void awaitRestart(WorkerRole role, Asker asker) {
        restarts(role).add(asker);
    }

    void ready(String sessionId, List<String> notes) {
        answer(ofReady, asker -> asker.ready(sessionId, notes));
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
        Consumer<Asker> tooLate = asker -> asker.failure(why.wireCode(), why.text(), why.hint());
        answer(ofReady, tooLate);
        ofRestart.values().forEach(waiting -> answer(waiting, tooLate));
        answer(ofStop, asker -> asker.document(reportJson, true));
    }

    static void refuseRestart(Asker asker, WorkerRole role, SessionState state) {
        asker.failure(
                FailureCode.FAILURE_CODE_WRONG_STATE,
                "restart " + role.program() + ": the session is " + state.word(),
                "a worker can be restarted while it captures");
    }

    private List<Asker> restarts(WorkerRole role) {
        return ofRestart.getOrDefault(role, List.of());
    }

    private static void answer(List<Asker> waiting, Consumer<Asker> answer) {
        waiting.forEach(answer);
        waiting.clear();
    }
}
