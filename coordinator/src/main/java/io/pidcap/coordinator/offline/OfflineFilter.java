package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.filter.CaptureFilter;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.coordinator.session.OutputFile;
import io.pidcap.coordinator.session.OutputFormat;
import io.pidcap.coordinator.session.SessionException;
import io.pidcap.coordinator.session.SessionException.Kind;
import io.pidcap.coordinator.session.SessionNotes;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files in, a file out: opens them, runs {@link CaptureFilter}, and completes the output or takes it away. */
public final class OfflineFilter {
    private OfflineFilter() {}

    /** How a file of one kind is opened. */
    private interface Opener<T> {
        T open(Path file) throws IOException;
    }

    /** @throws SessionException nothing was written; or, of kind DISK_FULL or OUTPUT, not all of it */
    public static FilterReport run(FilterRequest request) throws IOException {
        try (CaptureFileReader capture = open(request.capture(), CaptureFileReader::open);
                JournalReplay journal = open(request.journal(), JournalReplay::open)) {
            OutputFile output =
                    OutputFile.create(request.output(), request.force(), request.ownerUserId(), request.ownerGroupId());
            try {
                return write(request, capture, journal, output);
            } catch (IOException | RuntimeException e) {
                abandonAfter(output, e);
                throw e;
            }
        }
    }

    private static FilterReport write(
            FilterRequest request, CaptureFileReader capture, JournalReplay journal, OutputFile output)
            throws IOException {
        FilterProgress result;
        OutputFormat format = OutputFormat.of(request.output());
        try (CaptureFileWriter writer = format.writer(output.channel(), request.output())) {
            result = new CaptureFilter(request.selector(), capture, journal, writer).run();
        }
        Path path = output.commit();
        List<String> problems = new ArrayList<>(result.problems());
        if (result.counters().unreadableBytes() > 0) {
            problems.add("the last " + result.counters().unreadableBytes() + " bytes of " + request.capture()
                    + " were not read");
        }
        if (journal.tornBytes() > 0) {
            problems.add(request.journal() + " ends in the middle of a record: its writer died");
        }
        if (journal.lostEvents() > 0) {
            problems.add(journal.lostEvents() + " flow events or messages with such were lost when " + request.journal()
                    + " was written: packets of their flows may be missing");
        }
        return new FilterReport(
                new SessionReport.Output(path.toString(), format.word(), Files.size(path)),
                SessionNotes.packets(List.of(), result, 0),
                SessionNotes.processes(result),
                problems);
    }

    private static <T> T open(Path file, Opener<T> opener) throws IOException {
        try {
            return opener.open(file);
        } catch (AccessDeniedException e) {
            throw new SessionException(
                    Kind.NO_PERMISSION, "read " + file + ": " + SessionException.words(e), "run as its owner", e);
        } catch (IOException e) {
            String words = SessionException.words(e);
            String what = words.startsWith(file.toString()) ? words : "read " + file + ": " + words;
            throw new SessionException(Kind.FAILURE, what, "", e);
        }
    }

    private static void abandonAfter(OutputFile output, Exception cause) {
        try {
            output.abandon();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
