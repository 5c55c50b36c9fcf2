package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.journal.JournalReplay;
import io.pidcap.coordinator.session.SessionDirectory;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.util.List;

/** The spool and the journal that a session kept. */
final class KeptSessionInput implements FilterInput {
    private final SessionDirectory directory;
    private final JournalReplay journal;

    /** @throws SessionException it kept nothing */
    KeptSessionInput(SessionDirectory directory) throws IOException {
        if (!directory.hasKeptAll()) {
            throw new SessionException(
                    Kind.NOT_FOUND,
                    "the session " + directory.id() + " has not kept the packets of other processes",
                    "capture with --keep-all to select others afterwards");
        }
        this.directory = directory;
        this.journal = InputFiles.open(directory.journal(), JournalReplay::open);
    }

    @Override
    public FilterProgress filter(ProcessSelector selector, CaptureFileWriter output)
            throws IOException, InterruptedException {
        return new SpoolFilter(selector, directory.spool(), output).run(journal);
    }

    @Override
    public List<String> problems() {
        return JournalProblems.of(journal, directory.journal());
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
