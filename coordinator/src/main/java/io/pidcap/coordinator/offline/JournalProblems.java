package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.journal.JournalReplay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a journal that was read to its end lacks, in words. */
final class JournalProblems {
    private JournalProblems() {}

    static List<String> of(JournalReplay journal, Path file) {
        List<String> problems = new ArrayList<>();
        if (journal.tornBytes() > 0) {
            problems.add(file + " ends in the middle of a record: its writer died");
        }
        if (journal.lostEvents() > 0) {
            problems.add(journal.lostEvents() + " flow events or messages with such were lost when " + file
                    + " was written: packets of their flows may be missing");
        }
        return problems;
    }
}
