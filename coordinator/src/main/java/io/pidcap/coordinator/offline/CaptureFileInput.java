package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.CaptureFilter;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A capture file of any program, and the journal of a session that ran meanwhile. */
final class CaptureFileInput implements FilterInput {
    private final Path file;
    private final Path journalFile;
    private final CaptureFileReader capture;
    private final JournalReplay journal;
    private long unreadBytes;

    CaptureFileInput(Path file, Path journalFile) throws IOException {
        this.file = file;
        this.journalFile = journalFile;
        this.capture = InputFiles.open(file, CaptureFileReader::open);
        try {
            this.journal = InputFiles.open(journalFile, JournalReplay::open);
        } catch (RuntimeException e) {
            capture.close();
            throw e;
        }
    }

    @Override
    public FilterProgress filter(ProcessSelector selector, CaptureFileWriter output) throws IOException {
        FilterProgress result = new CaptureFilter(selector, capture, journal, output).run();
        unreadBytes = result.counters().unreadableBytes();
        return result;
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (unreadBytes > 0) {
            problems.add("the last " + unreadBytes + " bytes of " + file + " were not read");
        }
        problems.addAll(JournalProblems.of(journal, journalFile));
        return problems;
    }

    @Override
    public void close() throws IOException {
        try (capture) {
            journal.close();
        }
    }
}
