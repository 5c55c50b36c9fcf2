package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.ControlClient;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionMarkFile;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.coordinator.session.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap status}. */
@Command(
        name = "status",
        header = "Lists the sessions, their workers and counters.",
        optionListHeading = "%nOptions:%n")
final class StatusCommand extends BaseCommand {
    private static final long ANSWER_MILLIS = 3_000;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this session. Default: all that run or died.")
    @Nullable
    String id;

    @Option(
            names = {"-a", "--all"},
            description = "Those that are over, too.")
    boolean all;

    @Option(names = "--json", description = "Print JSON: a list with one entry for each session.")
    boolean json;

    /**
     * A session as `--json` lists it.
     *
     * @param state as in the report; {@code died}: its coordinator is gone without a report
     * @param report null: it died, or does not answer
     */
    record Entry(
            String id,
            String state,
            long pid,
            Instant created,
            String output,
            @Nullable SessionReport report,
            String error) {}

    @Override
    int execute(Console console) throws Exception {
        StaleSessions.tidy(console, sessions());
        List<Entry> entries = new ArrayList<>();
        for (Sessions.Found found : wanted()) {
            entries.add(entry(found));
        }
        if (json) {
            console.println(Json.write(entries));
        } else if (entries.isEmpty()) {
            console.println("no session is running" + (all ? "" : " (--all lists those that are over)"));
        } else {
            console.print(describe(entries));
        }
        return ExitCode.OK.status();
    }

    private List<Sessions.Found> wanted() {
        Sessions sessions = sessions();
        if (id != null) {
            return List.of(sessions.choose(id));
        }
        return sessions.all().stream()
                .filter(found -> all || !found.mark().isOver())
                .toList();
    }

    private static Entry entry(Sessions.Found found) throws InterruptedException {
        SessionMarkFile mark = found.mark();
        if (mark.isOver()) {
            return entry(found, mark.state(), Sessions.report(found).orElse(null), "");
        }
        if (mark.isStale()) {
            return entry(found, "died", null, "its coordinator is gone; " + StaleSessions.remedy(found));
        }
        try (ControlClient session = ControlClient.connect(found.directory())) {
            SessionReport report = session.status(ANSWER_MILLIS);
            return entry(found, report.state(), report, "");
        } catch (SessionException e) {
            return entry(found, mark.state(), null, e.text());
        }
    }

    private static Entry entry(Sessions.Found found, String state, @Nullable SessionReport report, String error) {
        SessionMarkFile mark = found.mark();
        return new Entry(
                found.id(), state, mark.pid(), Instant.ofEpochMilli(mark.created()), mark.output(), report, error);
    }

    private static String describe(List<Entry> entries) {
        TextTable table = new TextTable("SESSION", "STATE", ">AGE", ">KEPT", ">SEEN", ">DROPPED", ">GAPS", "OUTPUT");
        StringBuilder details = new StringBuilder();
        for (Entry entry : entries) {
            SessionReport report = entry.report;
            String age = ReportText.seconds(Duration.between(entry.created, Instant.now()));
            if (report == null) {
                table.row(entry.id, entry.state, age, "-", "-", "-", "-", entry.output);
                details.append("  ")
                        .append(entry.id)
                        .append(": ")
                        .append(entry.error)
                        .append('\n');
                continue;
            }
            SessionReport.Packets packets = report.packets();
            table.row(
                    entry.id,
                    entry.state,
                    age,
                    ReportText.count(packets.kept()),
                    ReportText.count(packets.received()),
                    ReportText.count(packets.droppedInAll()),
                    report.gaps().size(),
                    entry.output);
            if (!report.isOver() || entries.size() == 1) {
                details.append(runs(entry.id, report));
                details.append(ReportText.owners(report.events()));
                details.append(ReportText.refused(report));
            }
        }
        return table + (details.isEmpty() ? "" : "\n" + details);
    }

    private static String runs(String id, SessionReport report) {
        StringBuilder text = new StringBuilder();
        for (SessionReport.Run run : report.workerRuns()) {
            Instant end = run.ended() == null ? Instant.now() : run.ended();
            String how = run.ended() == null ? "up" : run.end().isEmpty() ? "ended" : "ended: " + run.end();
            text.append(String.format(
                    "  %s: %s run %d, pid %d, %s, %s%n",
                    id,
                    run.worker(),
                    run.run(),
                    run.pid(),
                    ReportText.seconds(Duration.between(run.started(), end)),
                    how));
        }
        return text.toString();
    }
}
