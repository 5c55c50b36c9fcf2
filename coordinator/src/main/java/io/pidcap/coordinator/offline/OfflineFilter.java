package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.session.OutputFile;
import io.pidcap.coordinator.session.OutputFormat;
import io.pidcap.coordinator.session.SessionException;
import io.pidcap.coordinator.session.SessionNotes;
import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Packets of the past in, a file out: opens the input, has it filtered, and completes the output or takes it away. */
public final class OfflineFilter {
    private OfflineFilter() {}

    /** @throws SessionException nothing was written; or, of kind DISK_FULL or OUTPUT, not all of it */
    public static FilterReport run(FilterRequest request) throws IOException, InterruptedException {
        try (FilterInput input = request.source().open()) {
            OutputFile output =
                    OutputFile.create(request.output(), request.force(), request.ownerUserId(), request.ownerGroupId());
            try {
                return write(request, input, output);
            } catch (IOException | InterruptedException | RuntimeException e) {
                abandonAfter(output, e);
                throw e;
            }
        }
    }

    private static FilterReport write(FilterRequest request, FilterInput input, OutputFile output)
            throws IOException, InterruptedException {
        FilterProgress result;
        OutputFormat format = OutputFormat.of(request.output());
        try (CaptureFileWriter writer = format.writer(output.channel(), request.output(), request.style())) {
            result = input.filter(request.selector(), writer);
        }
        Path path = output.commit();
        List<String> problems = new ArrayList<>(result.problems());
        problems.addAll(input.problems());
        return new FilterReport(
                new SessionReport.Output(path.toString(), format.word(), Files.size(path)),
                SessionNotes.packets(List.of(), result, 0),
                SessionNotes.processes(result),
                problems);
    }

    private static void abandonAfter(OutputFile output, Exception cause) {
        try {
            output.abandon();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
