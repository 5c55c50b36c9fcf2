package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.output.OutputFile;
import io.pidcap.coordinator.session.SessionDirectory;
import io.pidcap.coordinator.session.Sessions;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileIntended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a journal tells of who made the unfinished files that lie about. One thread. */
final class OutputFiles {
    /** By the name that the file was to have: its inode; 0: it may have been made, or not. */
    private final Map<Path, Long> inodes = new LinkedHashMap<>();

    void intended(OutputFileIntended body) {
        inodes.put(Path.of(body.getPath()), 0L);
    }

    void begun(OutputFileBegun body) {
        inodes.put(Path.of(body.getPath()), body.getInode());
    }

    /** Those that were intended, and the coordinator died before it wrote down that they are there. */
    List<Path> unconfirmed() {
        return inodes.entrySet().stream()
                .filter(entry -> entry.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    List<Path> all() {
        return List.copyOf(inodes.keySet());
    }

    /**
     * Deletes unfinished files of which nothing will come, if they are this session's own.
     *
     * @param targets of {@link #all}
     * @return what was left alone and why, one sentence each
     */
    List<String> delete(List<Path> targets, SessionDirectory session) throws IOException {
        List<String> left = new ArrayList<>();
        for (Path target : targets) {
            Path part = OutputFile.partOf(target);
            if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            if (isOwn(target, session)) {
                Files.delete(part);
            } else {
                left.add(part + " was left alone: it may be another session's");
            }
        }
        return left;
    }

    private boolean isOwn(Path target, SessionDirectory session) throws IOException {
        Path part = OutputFile.partOf(target);
        long inode = inodes.getOrDefault(target, 0L);
        if (inode != 0) {
            return OutputFile.inode(part) == inode;
        }
        // Ours was there for the blink of an eye: nothing had been written to it.
        return Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)
                && Files.size(part) == 0
                && !Sessions.isClaimedByAnother(target, session);
    }
}
