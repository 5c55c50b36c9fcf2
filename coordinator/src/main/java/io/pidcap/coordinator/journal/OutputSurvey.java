package io.pidcap.coordinator.journal;

import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.SessionStarted;
import java.util.HashMap;
import java.util.Map;

/**
 * Which records of the output's files are needed. Of a ring, whose names come again and again: of each name the newest two
 * that ended (the older one tells whose the file was that the newer replaced), and of what was begun the newest. Of other
 * outputs all. One thread.
 */
final class OutputSurvey {
    private record Two(long last, long before) {}

    private final Map<String, Long> named = new HashMap<>();
    private final Map<String, Two> ended = new HashMap<>();
    private boolean comesAgain;
    private long lastBegun = -1;
    private long lastCheckpoint = -1;

    void started(SessionStarted body) {
        comesAgain = body.hasRotation() && !body.getSplitOutput();
    }

    void add(JournalRecord entry, long index) {
        switch (entry.getBodyCase()) {
            case OUTPUT_FILE_INTENDED -> named.put(entry.getOutputFileIntended().getPath(), index);
            case OUTPUT_FILE_BEGUN -> {
                named.put(entry.getOutputFileBegun().getPath(), index);
                lastBegun = index;
            }
            case OUTPUT_FILE_ENDED -> {
                OutputFileEnded body = entry.getOutputFileEnded();
                ended.merge(body.getPath(), new Two(index, -1), (known, added) -> new Two(index, known.last));
                lastCheckpoint = body.hasCheckpoint() ? index : lastCheckpoint;
            }
            default -> {
                // Of something else.
            }
        }
    }

    boolean needs(JournalRecord entry, long index) {
        if (!comesAgain) {
            return true;
        }
        return switch (entry.getBodyCase()) {
            case OUTPUT_FILE_INTENDED ->
                named.getOrDefault(entry.getOutputFileIntended().getPath(), index) == index;
            case OUTPUT_FILE_BEGUN ->
                index == lastBegun
                        || named.getOrDefault(entry.getOutputFileBegun().getPath(), index) == index;
            case OUTPUT_FILE_ENDED -> {
                Two two = ended.getOrDefault(entry.getOutputFileEnded().getPath(), new Two(index, index));
                yield index == two.last || index == two.before || index == lastCheckpoint;
            }
            default -> true;
        };
    }

    /** Where to go on is of no use but in the last. */
    boolean needsCheckpointAt(long index) {
        return index == lastCheckpoint;
    }
}
