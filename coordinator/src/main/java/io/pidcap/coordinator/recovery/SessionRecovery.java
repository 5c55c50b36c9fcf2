package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.attribution.ProcessTotals;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.coordinator.offline.SpoolFilter;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.LeftShare;
import io.pidcap.coordinator.output.OutputFile;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.output.OutputJournal;
import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.coordinator.output.StreamOutput;
import io.pidcap.coordinator.session.SessionDirectory;
import io.pidcap.coordinator.session.SessionNotes;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.session.SessionState;
import io.pidcap.coordinator.session.TakenOverSession;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Completes a session whose coordinator died, as a stop at that time would have: what was filtered stays in the output up
 * to the last checkpoint of the journal, what is left of the spool is filtered, the output gets its name and the session
 * its report. Nothing is deleted before that, so this can die and be done again. One thread.
 */
public final class SessionRecovery {
    private final TakenOverSession session;
    private final SessionDirectory directory;
    private final OutputJournal journal;
    private final SessionHistory history;
    private final SessionStarted head;
    private final List<String> endNotes = new ArrayList<>();

    private SessionRecovery(TakenOverSession session, SessionHistory history, OutputJournal journal) {
        this.session = session;
        this.journal = journal;
        this.directory = session.directory();
        this.history = history;
        this.head = history.head();
    }

    /**
     * @return the report that the session has now; of a session that was never ready, one with a failure
     * @throws SessionException it cannot be recovered now; everything is as it was, or can be recovered again
     */
    public static SessionReport recover(SessionDirectory directory) throws InterruptedException {
        try (TakenOverSession session = TakenOverSession.take(directory)) {
            SessionHistory history = session.wasStarting()
                    ? SessionHistory.readBeginning(directory.journal(), session.begun())
                    : SessionHistory.read(directory.journal());
            List<Path> earlier = session.recoveryJournals();
            for (Path journal : earlier) {
                history.readRecovery(journal);
            }
            // Where it cannot be written, only a recovery after this one would miss it.
            Path recovery = directory.recoveryJournal(earlier.size() + 1);
            try (FlowJournal own = FlowJournal.create(recovery, FlowJournal.NEVER_COMPACTED, failure -> {})) {
                return new SessionRecovery(session, history, OutputJournal.in(own)).run();
            }
        } catch (IOException e) {
            throw new SessionException(
                    Kind.FAILURE,
                    "recover the session " + directory.id() + ": " + SessionException.words(e),
                    "what it left is in " + directory.path(),
                    e);
        }
    }

    private SessionReport run() throws IOException, InterruptedException {
        endNotes.add("recovered: the coordinator died after "
                + history.lastRecord().truncatedTo(ChronoUnit.MILLIS) + ", its last sign of life");
        endNotes.addAll(LeftWorkers.end(history.left()));
        Instant ready = history.ready();
        if (ready == null) {
            return neverReady();
        }
        if (head.getStreamedOutput()) {
            endNotes.add("its packets went to " + StreamOutput.nameOf(Path.of(head.getOutputFile()))
                    + ": what had not been written by then is lost");
            OutputReport stream = new OutputReport(head.getOutputFile(), head.getOutputFormat(), 0);
            return end(report(total(history.checkpoint(), null), stream, 0));
        }
        endNotes.addAll(history.files().delete(history.files().unconfirmed(), directory));
        if (head.hasRotation()) {
            return filterRotated(ready);
        }
        if (head.getSplitOutput()) {
            return filterSplit(ready);
        }
        if (RecoveredOutput.isComplete(head)) {
            Path target = Path.of(head.getOutputFile());
            return end(report(total(history.checkpoint(), null), output(target), 0));
        }
        RecoveredOutput output = RecoveredOutput.open(head, history.checkpoint(), journal);
        FilterProgress result = filter(output, ready);
        Path path = commit(output.file());
        return end(report(result, output(path), output.lostPackets()));
    }

    /** Files that were complete stay as they are; what is left goes into the last one, however large it becomes. */
    private SessionReport filterRotated(Instant ready) throws IOException, InterruptedException {
        RotationHistory files = history.rotation();
        files.nameNewest(head).ifPresent(path -> endNotes.add(path + " was complete and has its name now"));
        if (files.isComplete()) {
            FilterProgress known = total(history.checkpoint(), null);
            return end(report(known, files.report(head, files.namedNewest(known)), 0));
        }
        LeftFile left = files.left(head, history.lastRecord());
        RecoveredOutput output = RecoveredOutput.open(head, left, history.checkpoint(), journal);
        FilterProgress result = filter(output, ready);
        Path path = commit(output.file());
        endNotes.add("all that was left is in " + path + ", whatever -C and -G ask for");
        return end(report(result, files.report(head, output.part(path, result)), output.lostPackets()));
    }

    /** Each file is cut where it was at the checkpoint, and goes on from there; one that has its name is left alone. */
    private SessionReport filterSplit(Instant ready) throws IOException, InterruptedException {
        FilterCheckpoint from = head.getKeepSpool() ? FilterCheckpoint.NOTHING : history.checkpoint();
        List<LeftShare> left = history.split().left(from.files());
        long lost = Math.min(
                history.split().lostPackets(left, from.files()), from.counters().keptPackets());
        if (lost > 0) {
            endNotes.add(lost + " packets had been kept in files that are not there any more");
        }
        CaptureOutput output = CaptureOutput.resumeSplit(
                Path.of(head.getOutputFile()),
                RecoveredOutput.style(head),
                head.getReplaceOutput(),
                (int) head.getOutputUserId(),
                (int) head.getOutputGroupId(),
                journal,
                left,
                from.files().packetsInSeveral());
        OutputReport soFar = new OutputReport(head.getOutputFile(), head.getOutputFormat(), 0);
        FilterProgress result = filter(RecoveredOutput.limited(output.writer(), head, from), from, soFar, lost, ready);
        try {
            output.complete();
        } catch (IOException e) {
            throw SessionException.output("complete", Path.of(head.getOutputFile()), e);
        }
        endNotes.addAll(output.notes());
        return end(report(result, output.report(), lost));
    }

    private SessionReport neverReady() throws IOException {
        endNotes.addAll(history.files().delete(history.files().all(), directory));
        SessionReport.Failure failure = new SessionReport.Failure(
                Kind.FAILURE, "the session " + directory.id() + " died before it was ready: nothing was captured", "");
        FilterProgress nothing = total(FilterCheckpoint.NOTHING, null);
        OutputReport none = new OutputReport("", head.getOutputFormat(), 0);
        SessionReport report = report(SessionState.FAILED, failure, nothing, none, 0);
        session.end(SessionState.FAILED, report, false);
        return report;
    }

    private FilterProgress filter(RecoveredOutput output, Instant ready) throws IOException, InterruptedException {
        Path part = output.file().part();
        if (output.lostPackets() > 0) {
            endNotes.add(output.lostPackets() + " packets had been kept in " + part + ", which is not there any more");
        }
        return filter(output.writer(), output.from(), output(part), output.lostPackets(), ready);
    }

    /**
     * @param output this method's to close
     * @param soFar what it is
     */
    private FilterProgress filter(
            CaptureFileWriter output, FilterCheckpoint from, OutputReport soFar, long lostPackets, Instant ready)
            throws IOException, InterruptedException {
        try (CaptureFileWriter writer = output;
                JournalReplay replay = JournalReplay.open(directory.journal())) {
            SpoolFilter filter = new SpoolFilter(selector(), directory.spool(), writer, from);
            FilterProgress result = total(from, filter.run(replay));
            endNotes.addAll(result.problems());
            if (replay.tornBytes() > 0) {
                endNotes.add("the last record of the journal was torn, as it is when its writer dies");
            }
            writer.close(SessionNotes.statistics(
                    filter.outputInterfaces(),
                    report(result, soFar, lostPackets),
                    nanos(ready),
                    nanos(history.captureEnd())));
            return result;
        } catch (CaptureFileException e) {
            // Of the journal; recover() says what is to be done about it.
            throw e;
        } catch (IOException e) {
            throw SessionException.output(e);
        }
    }

    private Path commit(OutputFile file) {
        try {
            Path path = file.commit();
            if (!path.equals(file.target())) {
                endNotes.add(file.target() + " appeared meanwhile and was left alone: the packets are in " + path);
            }
            return path;
        } catch (IOException e) {
            throw SessionException.output("complete", file.target(), e);
        }
    }

    private ProcessSelector selector() {
        return new ProcessSelector(
                ProcessSelector.patterns(head.getProcessNamesList()),
                ProcessSelector.patterns(head.getExecutablesList()),
                Set.copyOf(head.getPidsList()),
                Set.copyOf(userIds()),
                Set.of(),
                head.getWithChildren());
    }

    private List<Long> userIds() {
        return head.getUserIdsList().stream().map(Integer::toUnsignedLong).toList();
    }

    private static OutputReport output(Path path) throws IOException {
        return new OutputReport(path.toString(), OutputFormat.of(path).word(), Files.size(path));
    }

    /** What was filtered before and since; a flow of which packets were kept in both counts twice. */
    private static FilterProgress total(FilterCheckpoint before, @Nullable FilterProgress since) {
        if (since == null) {
            return new FilterProgress(
                    FilterProgress.State.FINISHED,
                    0,
                    0,
                    before.outputBytes(),
                    before.counters(),
                    before.processes(),
                    0,
                    List.of());
        }
        Map<Object, ProcessTotals> processes = new LinkedHashMap<>();
        before.processes().forEach(one -> processes.put(one.identity(), one));
        since.processes().forEach(one -> processes.merge(one.identity(), one, ProcessTotals::plus));
        return new FilterProgress(
                since.state(),
                since.doneBytes(),
                since.totalBytes(),
                since.outputBytes(),
                before.counters().plus(since.counters()),
                processes.values().stream()
                        .sorted((one, other) -> Long.compare(other.bytes(), one.bytes()))
                        .collect(Collectors.toList()),
                since.intervals(),
                since.problems());
    }

    private SessionReport end(SessionReport report) throws IOException {
        session.end(SessionState.RECOVERED, report, head.getKeepSpool());
        return report;
    }

    private SessionReport report(FilterProgress progress, OutputReport output, long lostPackets) {
        return report(SessionState.RECOVERED, null, progress, output, lostPackets);
    }

    private SessionReport report(
            SessionState state,
            SessionReport.@Nullable Failure failure,
            FilterProgress progress,
            OutputReport output,
            long lostPackets) {
        List<String> lastNotes = new ArrayList<>(endNotes);
        if (head.getKeepSpool() && state == SessionState.RECOVERED) {
            lastNotes.add(SessionNotes.allIsKept(directory));
        }
        SessionReport.Events events = history.events();
        return new SessionReport(
                SessionReport.FORMAT,
                directory.id(),
                state.word(),
                failure,
                Instant.ofEpochSecond(0, head.getStarted().getEpochNanos()),
                history.ready(),
                history.captureEnd(),
                Instant.now(),
                selection(),
                output,
                SessionNotes.packets(history.captureTotals(), progress, lostPackets),
                events,
                history.interfaces(),
                SessionNotes.processes(progress),
                history.runs(),
                history.gaps(),
                events.limits(),
                lastNotes,
                Map.of());
    }

    private SessionReport.Selection selection() {
        return new SessionReport.Selection(
                head.getProcessNamesList(),
                head.getExecutablesList(),
                head.getPidsList(),
                userIds(),
                head.getWithChildren(),
                head.getCapture().getFilter());
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }
}
