package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.OutputJournal;
import io.pidcap.coordinator.session.SessionNotes;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.LinkTypeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Packets of the past in, a file out: opens the input, has it filtered, and completes the output or takes it away. */
public final class OfflineFilter {
    private OfflineFilter() {}

    /** @throws SessionException nothing was written; or, of kind DISK_FULL or OUTPUT, not all of it */
    public static FilterReport run(FilterRequest request) throws IOException, InterruptedException {
        try (FilterInput input = request.source().open()) {
            CaptureOutput output = CaptureOutput.create(
                    request.output(),
                    request.style(),
                    request.force(),
                    request.ownerUserId(),
                    request.ownerGroupId(),
                    OutputJournal.none());
            try {
                return write(request, input, output);
            } catch (LinkTypeException e) {
                abandonAfter(output, e);
                throw SessionException.filter(e);
            } catch (IOException | InterruptedException | RuntimeException e) {
                abandonAfter(output, e);
                throw e;
            }
        }
    }

    private static FilterReport write(FilterRequest request, FilterInput input, CaptureOutput output)
            throws IOException, InterruptedException {
        FilterProgress result;
        SessionReport.Packets packets;
        try (CaptureFileWriter writer = output.writer()) {
            result = input.filter(request.selector(), writer);
            packets = SessionNotes.packets(List.of(), result, 0);
            // How many of them each interface had is not known: only what became of all.
            writer.close(List.of(InterfaceStatistics.ofComment(SessionNotes.inFile(packets))));
        }
        output.complete();
        List<String> problems = new ArrayList<>(result.problems());
        problems.addAll(input.problems());
        return new FilterReport(output.report(), packets, SessionNotes.processes(result), problems);
    }

    private static void abandonAfter(CaptureOutput output, Exception cause) {
        try {
            output.abandon();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
