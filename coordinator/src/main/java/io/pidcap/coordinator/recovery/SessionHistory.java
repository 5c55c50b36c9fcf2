package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.checkpoint.CheckpointMapper;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.session.GapLog;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.JournalReader;
import io.pidcap.protocol.file.JournalSequence;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.WorkerRunEnded;
import io.pidcap.protocol.v1.WorkerRunStarted;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session had become when the last record of its journal was written: all that its report would have said, but for
 * what the filter stage does since. One thread.
 */
final class SessionHistory {
    private final Map<WorkerRole, List<WorkerLife>> lives = new EnumMap<>(WorkerRole.class);
    private final Map<WorkerRole, GapLog> gaps = new EnumMap<>(WorkerRole.class);
    private final EventHistory events = new EventHistory();
    private final CaptureHistory capture = new CaptureHistory();
    private final RotationHistory rotation = new RotationHistory();
    private final SplitHistory split = new SplitHistory();
    private final OutputFiles files = new OutputFiles();
    private SessionStarted head = SessionStarted.getDefaultInstance();
    private FilterCheckpoint checkpoint = FilterCheckpoint.NOTHING;
    private Instant lastRecord = Instant.EPOCH;
    private @Nullable Instant stopAsked;
    private @Nullable Instant ready;

    private SessionHistory() {
        for (WorkerRole role : WorkerRole.values()) {
            lives.put(role, new ArrayList<>());
            gaps.put(role, new GapLog(role));
        }
    }

    /**
     * {@link #read} of a session that was starting, whose coordinator may have died before it had a journal, or anything in
     * it: then there was no output yet, either.
     *
     * @param otherwise what is known of the session where no journal tells
     */
    static SessionHistory readBeginning(Path journal, SessionStarted otherwise) throws IOException {
        if (beginsWithSession(journal)) {
            return read(journal);
        }
        SessionHistory nothing = new SessionHistory();
        nothing.head = otherwise;
        nothing.lastRecord = Instant.ofEpochSecond(0, otherwise.getStarted().getEpochNanos());
        return nothing;
    }

    private static boolean beginsWithSession(Path journal) throws IOException {
        try (JournalReader reader = JournalReader.open(journal)) {
            JournalRecord first = reader.next();
            return first != null && first.hasSessionStarted();
        } catch (NoSuchFileException e) {
            return false;
        } catch (CaptureFileException e) {
            // Torn within the header, as it is when its writer dies; any other damage is told by who reads on.
            return Files.size(journal) >= JournalReader.LEAST_BYTES;
        }
    }

    /**
     * Reads a journal with all its files to its end, or to where its last record is torn.
     *
     * @throws IOException it cannot be read, or is damaged before its end
     */
    static SessionHistory read(Path journal) throws IOException {
        SessionHistory history = new SessionHistory();
        try (JournalSequence reader = JournalSequence.open(journal)) {
            for (JournalRecord entry = reader.next(); entry != null; entry = reader.next()) {
                try {
                    history.add(entry);
                } catch (ProtocolException e) {
                    throw reader.refused(e.getMessage());
                }
            }
            if (history.head.getOutputFile().isEmpty()) {
                throw reader.refusedNext("does not begin with what the session was");
            }
        }
        Instant end = history.captureEnd();
        history.gaps.values().forEach(log -> log.closed(end));
        return history;
    }

    /** Adds what an earlier recovery wrote down before it died: of its output alone, since it knew nothing else anew. */
    void readRecovery(Path journal) throws IOException {
        if (Files.size(journal) < JournalReader.LEAST_BYTES) {
            return;
        }
        try (JournalReader reader = JournalReader.open(journal)) {
            for (JournalRecord entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.hasOutputFileIntended()) {
                    files.intended(entry.getOutputFileIntended());
                } else if (entry.hasOutputFileBegun()) {
                    fileBegun(entry.getOutputFileBegun());
                }
            }
        }
    }

    private void add(JournalRecord entry) {
        lastRecord = Instant.ofEpochSecond(0, entry.getWrittenEpochNanos());
        switch (entry.getBodyCase()) {
            case SESSION_STARTED -> started(entry.getSessionStarted());
            case LEFT_OUT -> {
                events.leftOut(entry.getLeftOut());
                rotation.leftOut(entry.getLeftOut());
            }
            case SESSION_STOPPING -> stopAsked = lastRecord;
            case WORKER_RUN_STARTED -> runStarted(entry.getWorkerRunStarted());
            case WORKER_RUN_ENDED -> runEnded(entry.getWorkerRunEnded());
            case SNAPSHOT_PART -> events.snapshotPart(entry.getSnapshotPart().getPart());
            case WATCH_READY -> {
                events.ready(entry.getWatchReady().getReady());
                Instant taken = events.snapshotTaken();
                becameReady(WorkerRole.EVENTS, taken == null ? lastRecord : taken);
            }
            case FLOW_BATCH -> events.batch(entry.getFlowBatch(), gapsOf(WorkerRole.EVENTS));
            case CAPTURE_READY -> {
                capture.ready(entry.getCaptureReady().getReady());
                becameReady(WorkerRole.CAPTURE, lastRecord);
            }
            case SPOOL_PROGRESS -> capture.progress(entry.getSpoolProgress().getProgress());
            case SEGMENT_FILTERED -> checkpoint = CheckpointMapper.toModel(entry.getSegmentFiltered());
            case OUTPUT_FILE_INTENDED -> files.intended(entry.getOutputFileIntended());
            case OUTPUT_FILE_BEGUN -> fileBegun(entry.getOutputFileBegun());
            case OUTPUT_FILE_ENDED -> rotation.ended(entry.getOutputFileEnded());
            default -> {
                // Of a newer release, or nothing that is needed here.
            }
        }
    }

    private void started(SessionStarted body) {
        head = body;
        capture.asked(body.getCapture().getInterfacesList());
        if (body.getOutputInode() != 0) {
            // Of an earlier release, which had made the output before.
            files.begun(OutputFileBegun.newBuilder()
                    .setPath(body.getOutputFile())
                    .setInode(body.getOutputInode())
                    .build());
        }
    }

    private void fileBegun(OutputFileBegun body) {
        files.begun(body);
        if (head.getSplitOutput()) {
            split.begun(body);
        } else if (head.hasRotation()) {
            rotation.begun(body);
        } else {
            head = head.toBuilder().setOutputInode(body.getInode()).build();
        }
    }

    private void runStarted(WorkerRunStarted body) {
        WorkerRole role = role(body.getRole());
        if (role == WorkerRole.EVENTS) {
            events.runStarted();
        }
        Instant started = Instant.ofEpochSecond(0, body.getStartedEpochNanos());
        livesOf(role)
                .add(new WorkerLife(
                        role, body.getRun(), Integer.toUnsignedLong(body.getPid()), started, null, null, ""));
    }

    private void becameReady(WorkerRole role, Instant since) {
        WorkerLife life = newest(role);
        if (life != null) {
            replaceNewest(role, life.readyAt(lastRecord));
        }
        gapsOf(role).closed(since);
        if (ready == null && isReady(WorkerRole.CAPTURE) && isReady(WorkerRole.EVENTS)) {
            ready = lastRecord;
        }
    }

    private void runEnded(WorkerRunEnded body) {
        WorkerRole role = role(body.getRole());
        WorkerLife life = newest(role);
        if (life == null) {
            return;
        }
        Instant ended = Instant.ofEpochSecond(0, body.getEndedEpochNanos());
        replaceNewest(role, life.endedAt(ended, body.getReason()));
        if (life.ready() != null && stopAsked == null) {
            Instant known = role == WorkerRole.CAPTURE ? capture.drainedUntil() : events.watermark();
            gapsOf(role).opened(known == null ? life.ready() : known, body.getReason());
        }
    }

    private static WorkerRole role(Role role) {
        return role == Role.ROLE_CAPTURE_WORKER ? WorkerRole.CAPTURE : WorkerRole.EVENTS;
    }

    private boolean isReady(WorkerRole role) {
        WorkerLife life = newest(role);
        return life != null && life.ready() != null;
    }

    private List<WorkerLife> livesOf(WorkerRole role) {
        return lives.computeIfAbsent(role, any -> new ArrayList<>());
    }

    private GapLog gapsOf(WorkerRole role) {
        return gaps.computeIfAbsent(role, GapLog::new);
    }

    private @Nullable WorkerLife newest(WorkerRole role) {
        List<WorkerLife> known = livesOf(role);
        return known.isEmpty() ? null : known.get(known.size() - 1);
    }

    private void replaceNewest(WorkerRole role, WorkerLife life) {
        List<WorkerLife> known = livesOf(role);
        known.set(known.size() - 1, life);
    }

    SessionStarted head() {
        return head;
    }

    /** The last one; {@link FilterCheckpoint#NOTHING}: no segment was filtered to its end, and no file of a rotation. */
    FilterCheckpoint checkpoint() {
        // The filter's thread writes its records at once, the session's those of segments when it comes to them.
        FilterCheckpoint ofFile = rotation.checkpoint();
        long ahead = ofFile.counters().receivedPackets() - checkpoint.counters().receivedPackets();
        boolean longer = ofFile.outputBytes() > checkpoint.outputBytes();
        return ahead > 0 || (ahead == 0 && longer) ? ofFile : checkpoint;
    }

    /** Those of the output that the journal names. */
    OutputFiles files() {
        return files;
    }

    /** Where the output has a file for each process name. */
    SplitHistory split() {
        return split;
    }

    /** Where the output is one file after the other. */
    RotationHistory rotation() {
        return rotation;
    }

    /** When both workers were ready for the first time; null: they never were. */
    @Nullable
    Instant ready() {
        return ready;
    }

    /** When the stop was asked for, or else when the coordinator gave its last sign of life. */
    Instant captureEnd() {
        return stopAsked == null ? lastRecord : stopAsked;
    }

    Instant lastRecord() {
        return lastRecord;
    }

    /** Of which no end is known. */
    List<WorkerLife> left() {
        return allLives().stream().filter(life -> life.ended() == null).toList();
    }

    List<SessionReport.Run> runs() {
        return allLives().stream().map(WorkerLife::row).toList();
    }

    private List<WorkerLife> allLives() {
        return lives.values().stream().flatMap(List::stream).toList();
    }

    List<SessionReport.Gap> gaps() {
        return gaps.values().stream().flatMap(log -> log.all().stream()).toList();
    }

    SessionReport.Events events() {
        return events.report();
    }

    List<CaptureCounters> captureTotals() {
        return capture.counters().totals();
    }

    List<SessionReport.Interface> interfaces() {
        return capture.counters().report();
    }
}
