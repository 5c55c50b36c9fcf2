package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.OutputJournal;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerNeeds;
import io.pidcap.coordinator.worker.WorkerPrivileges;
import io.pidcap.coordinator.worker.WorkerProcess;
import io.pidcap.coordinator.worker.WorkerRole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a session has when it begins. All of it is made in such an order that whoever comes after a process that was
 * killed in between finds out what that left: the mark before the journal, and the journal, with the output's name in it,
 * before the output.
 *
 * @param journalFailure completes when the journal can no longer be written
 * @param workers the first runs of both, which wait for their secrets
 */
record NewSession(
        SessionConfig config,
        SessionHome home,
        SessionDirectory directory,
        SessionRecord record,
        FlowJournal journal,
        CompletableFuture<IOException> journalFailure,
        OutputJournal outputJournal,
        CaptureOutput output,
        WorkerLauncher launcher,
        Map<WorkerRole, WorkerProcess> workers) {
    /** Makes the output. */
    interface Opening {
        /** @throws SessionException it cannot be written there */
        CaptureOutput open(OutputJournal journal);
    }

    /** @throws SessionException it cannot begin; nothing of it is left */
    static NewSession make(SessionConfig config, Opening opening, SessionHome home, Path libDirectory) {
        Instant started = Instant.now();
        SessionDirectory directory =
                home.create(LocalDateTime.ofInstant(started, ZoneId.systemDefault()), config.subject());
        Map<WorkerRole, WorkerProcess> workers = Map.of();
        Optional<FlowJournal> made = Optional.empty();
        try {
            WorkerPrivileges.ofStarter().prepareSpool(directory.spool());
            WorkerLauncher launcher =
                    new WorkerLauncher(libDirectory, directory.workerSocket(), directory.logs(), needs(config));
            // They take longer to start than all the rest.
            workers = launcher.launchBoth();
            Logs.to(directory.coordinatorLog());
            SessionRecord record = new SessionRecord(config, directory, started);
            record.begin();
            CompletableFuture<IOException> journalFailure = new CompletableFuture<>();
            long journalBytes = config.keepAll() ? FlowJournal.NEVER_COMPACTED : config.journalBytes();
            FlowJournal journal = FlowJournal.create(directory.journal(), journalBytes, journalFailure::complete);
            made = Optional.of(journal);
            journal.sessionStarted(JournalHead.of(config, directory, started));
            OutputJournal outputJournal = OutputJournal.in(journal);
            CaptureOutput output = opening.open(outputJournal);
            return new NewSession(
                    config, home, directory, record, journal, journalFailure, outputJournal, output, launcher, workers);
        } catch (IOException | RuntimeException e) {
            workers.values().forEach(WorkerProcess::kill);
            SessionResources.discard(made, Optional.empty(), directory, e);
            throw asSessionException(e);
        }
    }

    private static WorkerNeeds needs(SessionConfig config) {
        return WorkerNeeds.session(config.prefilter(), config.events() != SessionConfig.Events.PROC);
    }

    private static RuntimeException asSessionException(Exception e) {
        return e instanceof IOException io ? SessionHome.failedWrite(io) : (RuntimeException) e;
    }

    /**
     * It cannot go on: leaves nothing of it.
     *
     * @return what to throw
     */
    RuntimeException discard(Exception cause) {
        workers.values().forEach(WorkerProcess::kill);
        SessionResources.discard(Optional.of(journal), Optional.of(output), directory, cause);
        return asSessionException(cause);
    }
}
